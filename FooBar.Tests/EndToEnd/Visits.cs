using System.Collections.Concurrent;
using System.Diagnostics;
using FooBar.Tests.Support;

namespace FooBar.Tests.EndToEnd;

/// <summary>Visitors, a few in a second, for as long as something is done to the system.</summary>
internal sealed class Visits : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly Task _visiting;
    private TimeSpan _longest;
    private int _answers;

    /// <param name="visit">What each of them does; an exception is a failure.</param>
    public Visits(Func<CancellationToken, Task> visit) => _visiting = VisitAsync(visit);

    public override string ToString() => $"{_answers} answers, the longest after {_longest.TotalSeconds:0.0} s; failed: {(_failures.IsEmpty ? "none" : string.Join("; ", _failures))}";

    /// <summary>Ends them; every one must have been served in time.</summary>
    public async Task EndAsync(TimeSpan bound)
    {
        // The one that is there may have met what was done, and decides as well.
        var answers = _answers;
        await Eventually.Within(bound, () => Assert.True(_answers > answers || !_failures.IsEmpty, ToString()));
        await _end.CancelAsync();
        await _visiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Assert.True(_failures.IsEmpty && _longest < bound, ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _visiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task VisitAsync(Func<CancellationToken, Task> visit)
    {
        while (!_end.IsCancellationRequested)
        {
            var watch = Stopwatch.StartNew();
            try
            {
                await visit(_end.Token);
                _answers++;
            }
            catch (Exception e) when (!_end.IsCancellationRequested)
            {
                _failures.Enqueue($"after {watch.Elapsed.TotalSeconds:0.0} s {e.Message}");
            }

            _longest = watch.Elapsed > _longest ? watch.Elapsed : _longest;
            await Task.Delay(Pause, _end.Token);
        }
    }
}
