using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace FooBar.Tests.Support;

/// <summary>
/// A <see cref="FakeTimeProvider"/> that counts pending one-shot timers. A test that moves the clock before everybody waits on it
/// would move it past a timer that is started later.
/// </summary>
internal sealed class WatchedTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private readonly ConcurrentDictionary<WatchedTimer, TimeSpan> pending = new();

    /// <summary>The number of pending timers that were started with a given time.</summary>
    public int Waiting(TimeSpan time) => pending.Values.Count(due => due == time);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new WatchedTimer(pending);
        pending[timer] = dueTime;
        timer.Inner = base.CreateTimer(
            fired =>
            {
                pending.TryRemove(timer, out _);
                callback(fired);
            },
            state, dueTime, period);
        return timer;
    }

    private sealed class WatchedTimer(ConcurrentDictionary<WatchedTimer, TimeSpan> pending) : ITimer
    {
        public ITimer Inner { get; set; } = null!;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            pending[this] = dueTime;
            return Inner.Change(dueTime, period);
        }

        public void Dispose()
        {
            pending.TryRemove(this, out _);
            Inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
