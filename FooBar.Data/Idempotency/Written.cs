using FooBar.Data.Consistency;

namespace FooBar.Data.Idempotency;

/// <summary>An acknowledged write.</summary>
/// <param name="Answer">What the work returned, the first time.</param>
/// <param name="IsRepetition">Whether the write had been made before, by an earlier call with the same key.</param>
/// <param name="Position">What a copy must have to show the write; null on a server that keeps no GTIDs.</param>
public sealed record Written<T>(T Answer, bool IsRepetition, WritePosition? Position);
