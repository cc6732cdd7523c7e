namespace FooBar.Failover.Leadership;

/// <summary>This process must not act any more, whatever it was doing; the message says why in one sentence.</summary>
public sealed class SteppedDownException(string message, Exception? inner = null) : Exception(message, inner);
