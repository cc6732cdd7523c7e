using System.Diagnostics;

namespace FooBar.Drill.Price;

/// <summary>Writers, each of whom makes one write after the other.</summary>
public abstract class WriteLoad : IAsyncDisposable
{
    public abstract string Name { get; }

    /// <summary>Writes for a while; every write that was begun is ended, and all of them were acknowledged.</summary>
    public async Task<(TimeSpan Lasted, IReadOnlyList<TimeSpan> Latencies)> RunAsync(int writers, TimeSpan duration, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var latencies = await Task.WhenAll(Enumerable.Range(0, writers).Select(number => Task.Run(() => WriterAsync(number), cancellationToken)));
        return (clock.Elapsed, [.. latencies.SelectMany(own => own)]);

        async Task<List<TimeSpan>> WriterAsync(int number)
        {
            var own = new List<TimeSpan>();
            while (clock.Elapsed < duration)
            {
                var begun = clock.Elapsed;
                await WriteAsync(number, cancellationToken);
                own.Add(clock.Elapsed - begun);
            }

            return own;
        }
    }

    public abstract ValueTask DisposeAsync();

    /// <summary>One write; returns when it is acknowledged, and throws if it is not.</summary>
    /// <param name="writer">Whose; a writer makes one at a time.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    protected abstract Task WriteAsync(int writer, CancellationToken cancellationToken);
}
