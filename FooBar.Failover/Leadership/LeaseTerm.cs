using FooBar.Failover.Kubernetes;

namespace FooBar.Failover.Leadership;

/// <summary>
/// The time during which a lease is held. It counts from when the latest successful renewal was sent, so it ends before anybody who
/// saw that renewal lets it expire.
/// </summary>
internal sealed class LeaseTerm : IDisposable
{
    private readonly TimeSpan deadline;
    private readonly TimeProvider clock;
    private readonly CancellationTokenSource lost;
    private long renewed;

    /// <param name="renewed">When the lease was asked for.</param>
    /// <param name="deadline">How long it may be counted on from then.</param>
    /// <param name="clock">A clock that never steps.</param>
    public LeaseTerm(long renewed, TimeSpan deadline, TimeProvider clock)
    {
        (this.renewed, this.deadline, this.clock) = (renewed, deadline, clock);
        lost = new CancellationTokenSource(Left, clock);
    }

    public CancellationToken Lost => lost.Token;

    /// <summary>Asks the clock and not only the timer: a process that was stopped for a while goes on before its timers fire.</summary>
    public bool Held => !lost.IsCancellationRequested && clock.GetElapsedTime(Volatile.Read(ref renewed)) < deadline;

    private TimeSpan Left => deadline - clock.GetElapsedTime(Volatile.Read(ref renewed)) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    /// <param name="sent">When the renewal was sent that has succeeded.</param>
    public void Renew(long sent)
    {
        Volatile.Write(ref renewed, sent);
        lost.CancelAfter(Left);
    }

    public void End() => lost.Cancel();

    public void Dispose() => lost.Dispose();
}
