using System.Text.Json.Serialization;

namespace FooBar.Failover.Journal;

/// <summary>One line of a journal.</summary>
/// <param name="Number">Counts the lines from 1.</param>
/// <param name="At">When it was written, by the writer's clock; for people.</param>
/// <param name="Reason">Why the state changed, in one sentence.</param>
/// <param name="Entry">The state to remember.</param>
/// <param name="By">Who wrote it, where several could; it also makes the lines of two writers differ.</param>
internal sealed record JournalLine(
    long Number, DateTimeOffset At, string Reason, JournalEntry Entry,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? By = null);
