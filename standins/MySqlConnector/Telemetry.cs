using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace MySqlConnector;

/// <summary>Spans and metrics under the names and with the tags of MySqlConnector 2.5.</summary>
internal static class Telemetry
{
    private static readonly ActivitySource Source = new("MySqlConnector");
    private static readonly Meter Meter = new("MySqlConnector");
    private static readonly UpDownCounter<int> Usage = Meter.CreateUpDownCounter<int>("db.client.connections.usage", "{connection}");
    private static readonly UpDownCounter<int> PendingRequests = Meter.CreateUpDownCounter<int>("db.client.connections.pending_requests", "{request}");
    private static readonly Counter<int> Timeouts = Meter.CreateCounter<int>("db.client.connections.timeouts", "{timeout}");
    private static readonly Histogram<double> CreateTime = Meter.CreateHistogram<double>("db.client.connections.create_time", "s");
    private static readonly Histogram<double> UseTime = Meter.CreateHistogram<double>("db.client.connections.use_time", "s");
    private static readonly Histogram<double> WaitTime = Meter.CreateHistogram<double>("db.client.connections.wait_time", "s");

    public static Activity? Start(string name, MySqlConnectionStringBuilder settings, Session? session, string? statement = null)
    {
        if (!Source.HasListeners() || Source.StartActivity(name, ActivityKind.Client) is not { IsAllDataRequested: true } activity)
        {
            return null;
        }

        activity.SetTag("db.system", "mysql");
        activity.SetTag("db.connection_string", settings.WithoutPassword());
        activity.SetTag("db.user", settings.UserID);
        activity.SetTag("db.name", settings.Database);
        activity.SetTag("db.statement", statement);
        activity.SetTag("net.transport", "ip_tcp");
        activity.SetTag("net.peer.name", settings.Server);
        activity.SetTag("net.peer.port", settings.Port.ToString(CultureInfo.InvariantCulture));
        activity.SetTag("db.connection_id", session?.Inner.ServerThread.ToString(CultureInfo.InvariantCulture));
        return activity;
    }

    public static void Fail(this Activity? activity, Exception exception)
    {
        activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
        activity?.AddException(exception);
    }

    public static IDisposable Pending(string pool) => new PendingRequest(pool);

    public static void Created(string pool, long begun) => CreateTime.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds, Pool(pool));

    public static void Rented(string pool, long begun)
    {
        WaitTime.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds, Pool(pool));
        Usage.Add(+1, Pool(pool), new("state", "used"));
    }

    public static void Returned(string pool, long begun)
    {
        UseTime.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds, Pool(pool));
        Usage.Add(-1, Pool(pool), new("state", "used"));
    }

    public static void Idle(string pool, int change) => Usage.Add(change, Pool(pool), new("state", "idle"));

    public static void TimedOut(string pool) => Timeouts.Add(1, Pool(pool));

    private static KeyValuePair<string, object?> Pool(string name) => new("pool.name", name);

    private sealed class PendingRequest : IDisposable
    {
        private readonly string _pool;

        public PendingRequest(string pool)
        {
            _pool = pool;
            PendingRequests.Add(+1, Pool(_pool));
        }

        public void Dispose() => PendingRequests.Add(-1, Pool(_pool));
    }
}
