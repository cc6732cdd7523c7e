namespace FooBar.Tests.Support;

/// <summary>A clock that stands still until it is moved. Timers are the system's.</summary>
internal sealed class FixedTime(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
