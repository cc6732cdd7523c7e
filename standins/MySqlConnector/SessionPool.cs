using System.Collections.Concurrent;
using System.Diagnostics;

namespace MySqlConnector;

/// <summary>The connections of one connection string: the idle ones, and how many there may be.</summary>
internal sealed class SessionPool : IDisposable
{
    private static readonly ConcurrentDictionary<string, SessionPool> Shared = new(StringComparer.Ordinal);

    private readonly Lock _lock = new();
    private readonly List<Session> _idle = [];
    private readonly SemaphoreSlim _free;
    private readonly ITimer? _cleaner;
    private int _generation;

    public SessionPool(MySqlConnectionStringBuilder settings)
    {
        Settings = settings;
        Name = settings.ApplicationName is { Length: > 0 } application ? application : settings.WithoutPassword();
        _free = new SemaphoreSlim(settings.Pooling ? (int)Math.Max(1, settings.MaximumPoolSize) : int.MaxValue);
        if (settings is { Pooling: true, ConnectionIdleTimeout: > 0 })
        {
            var period = TimeSpan.FromSeconds(Math.Clamp(settings.ConnectionIdleTimeout / 2.0, 1, 60));
            _cleaner = TimeProvider.System.CreateTimer(_ => CloseIdle(), null, period, period);
        }
    }

    public MySqlConnectionStringBuilder Settings { get; }

    public string Name { get; }

    public static SessionPool For(string connectionString) =>
        Shared.GetOrAdd(connectionString, text => new SessionPool(new MySqlConnectionStringBuilder(text)));

    public static Task ClearAllAsync() => Task.WhenAll(Shared.Values.Select(pool => pool.ClearAsync()));

    /// <summary>An open connection, reset, within the connection timeout; that covers the wait for a free place too.</summary>
    public async Task<Session> RentAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (Settings.ConnectionTimeout > 0)
        {
            limit.CancelAfter(TimeSpan.FromSeconds(Settings.ConnectionTimeout));
        }

        var begun = Stopwatch.GetTimestamp();
        var admitted = false;
        try
        {
            using (Telemetry.Pending(Name))
            {
                await _free.WaitAsync(limit.Token);
            }

            admitted = true;
            var session = await TakeIdleAsync(limit.Token) ?? await ConnectAsync(limit.Token);
            session.UsedAt = Stopwatch.GetTimestamp();
            Telemetry.Rented(Name, begun);
            return session;
        }
        catch (Exception e)
        {
            if (admitted)
            {
                _free.Release();
            }

            if (e is not OperationCanceledException || cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            Telemetry.TimedOut(Name);
            throw MySqlException.CannotConnect(admitted ? "Connect Timeout expired." : "Connect Timeout expired. All pooled connections are in use.", e);
        }
    }

    public void Return(Session session)
    {
        Telemetry.Returned(Name, session.UsedAt);
        session.UsedAt = Stopwatch.GetTimestamp();
        var expired = Settings.ConnectionLifeTime > 0 && Stopwatch.GetElapsedTime(session.OpenedAt).TotalSeconds > Settings.ConnectionLifeTime;
        lock (_lock)
        {
            if (Settings.Pooling && !expired && !session.IsBroken && session.Generation == _generation)
            {
                _idle.Add(session);
                Telemetry.Idle(Name, +1);
            }
            else
            {
                _ = session.DisposeAsync().AsTask();
            }
        }

        _free.Release();
    }

    /// <summary>Closes what is idle now, and what is in use when it comes back.</summary>
    public Task ClearAsync()
    {
        List<Session> idle;
        lock (_lock)
        {
            _generation++;
            idle = [.. _idle];
            _idle.Clear();
            Telemetry.Idle(Name, -idle.Count);
        }

        return Task.WhenAll(idle.Select(session => session.DisposeAsync().AsTask()));
    }

    public void Dispose() => _cleaner?.Dispose();

    private async Task<Session?> TakeIdleAsync(CancellationToken cancellationToken)
    {
        while (Pop() is { } session)
        {
            try
            {
                if (!Settings.ConnectionReset || await session.TryResetAsync(cancellationToken))
                {
                    return session;
                }
            }
            finally
            {
                if (session.IsBroken)
                {
                    session.Break(Task.CompletedTask);
                }
            }
        }

        return null;
    }

    private async Task<Session> ConnectAsync(CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        var session = await Session.ConnectAsync(Settings, _generation, cancellationToken);
        Telemetry.Created(Name, begun);
        return session;
    }

    // The latest first, so that what is not needed stays idle and is closed.
    private Session? Pop()
    {
        lock (_lock)
        {
            if (_idle is not [.., var latest])
            {
                return null;
            }

            _idle.RemoveAt(_idle.Count - 1);
            Telemetry.Idle(Name, -1);
            return latest;
        }
    }

    private void CloseIdle()
    {
        lock (_lock)
        {
            while (_idle.Count > Settings.MinimumPoolSize && Stopwatch.GetElapsedTime(_idle[0].UsedAt).TotalSeconds > Settings.ConnectionIdleTimeout)
            {
                _ = _idle[0].DisposeAsync().AsTask();
                _idle.RemoveAt(0);
                Telemetry.Idle(Name, -1);
            }
        }
    }
}
