using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

public readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage);

/// <summary>The console of each resource: what its process or container writes, and what the AppHost says about it.</summary>
public class ResourceLoggerService : IDisposable
{
    private readonly ConcurrentDictionary<string, ResourceConsole> _consoles = new(StringComparer.OrdinalIgnoreCase);
    private readonly TimeProvider _time;

    public ResourceLoggerService() : this(TimeProvider.System)
    {
    }

    internal ResourceLoggerService(TimeProvider time) => _time = time;

    public ILogger GetLogger(IResource resource) => ConsoleOf(resource.Name);

    public ILogger GetLogger(string resourceName) => ConsoleOf(resourceName);

    /// <summary>The recent lines first, then each new one as it comes, until <see cref="Complete(IResource)"/>.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(IResource resource) => WatchAsync(resource.Name);

    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(string resourceName) => ConsoleOf(resourceName).WatchAsync();

    /// <summary>The recent lines.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(IResource resource) => GetAllAsync(resource.Name);

    public IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(string resourceName) => new[] { ConsoleOf(resourceName).Recent() }.ToAsyncEnumerable();

    public void ClearBacklog(string resourceName) => ConsoleOf(resourceName).Clear();

    public void Complete(IResource resource) => Complete(resource.Name);

    public void Complete(string name) => ConsoleOf(name).Complete();

    public void Dispose()
    {
        foreach (var console in _consoles.Values)
        {
            console.Complete();
        }

        GC.SuppressFinalize(this);
    }

    internal string? LastLine(IResource resource) => ConsoleOf(resource.Name).Recent() is [.., var last] ? last.Content : null;

    internal void Write(IResource resource, string line, bool isError = false) => ConsoleOf(resource.Name).Write(line, isError);

    private ResourceConsole ConsoleOf(string name) => _consoles.GetOrAdd(name, _ => new ResourceConsole(_time));

    private sealed class ResourceConsole(TimeProvider time) : ILogger
    {
        private const int Kept = 5_000;
        private readonly Lock _lock = new();
        private readonly Queue<LogLine> _recent = [];
        private readonly List<Channel<LogLine>> _watchers = [];
        private int _lines;

        public void Write(string content, bool isError)
        {
            lock (_lock)
            {
                var stamp = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
                var line = new LogLine(++_lines, $"{stamp} {content}", isError);
                _recent.Enqueue(line);
                if (_recent.Count > Kept)
                {
                    _recent.Dequeue();
                }

                _watchers.ForEach(w => w.Writer.TryWrite(line));
            }
        }

        public IReadOnlyList<LogLine> Recent()
        {
            lock (_lock)
            {
                return [.. _recent];
            }
        }

        public void Clear()
        {
            lock (_lock)
            {
                _recent.Clear();
            }
        }

        public void Complete()
        {
            lock (_lock)
            {
                _watchers.ForEach(w => w.Writer.TryComplete());
            }
        }

        public async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            // Bounded, so that a watcher that stands still costs lines of its own and no memory.
            var channel = Channel.CreateBounded<LogLine>(new BoundedChannelOptions(Kept) { FullMode = BoundedChannelFullMode.DropOldest });
            IReadOnlyList<LogLine> recent;
            lock (_lock)
            {
                recent = [.. _recent];
                _watchers.Add(channel);
            }

            try
            {
                if (recent.Count > 0)
                {
                    yield return recent;
                }

                while (await channel.Reader.WaitToReadAsync(cancellationToken))
                {
                    List<LogLine> batch = [];
                    while (channel.Reader.TryRead(out var line))
                    {
                        batch.Add(line);
                    }

                    yield return batch;
                }
            }
            finally
            {
                lock (_lock)
                {
                    _watchers.Remove(channel);
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Write(formatter(state, exception) + (exception is null ? "" : Environment.NewLine + exception), logLevel >= LogLevel.Error);
    }
}
