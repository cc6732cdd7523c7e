namespace FooBar.Data.Idempotency;

/// <summary>An idempotency key was brought a second time, with another request; nothing has been written.</summary>
public sealed class KeyReusedException()
    : Exception("This idempotency key belongs to another request: make a new key for each new write.");
