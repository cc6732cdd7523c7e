namespace FooBar.Data;

/// <summary>How patient the data layer is. Configuration section <c>Data</c>; times as <c>00:00:01.5</c>.</summary>
public sealed class DataOptions
{
    /// <summary>The configuration section that the options are bound to.</summary>
    public const string Section = "Data";

    /// <summary>The pause between two probes of a node.</summary>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A node that has not answered a probe after this time is down.</summary>
    public TimeSpan ProbeTimeLimit { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>A replica whose data is older than this is not read while there is a primary.</summary>
    public TimeSpan MaxReplicaLag { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a read waits for a copy while there is none, a failover's few moments.</summary>
    public TimeSpan ReadWait { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a read that wants to see its own user's writes waits for a replica to have them, before it asks the primary.</summary>
    public TimeSpan ReplicaWait { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How long a write waits for a primary while there is none.</summary>
    public TimeSpan WriteWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long opening a connection to a node may take, waiting for a place in its pool included.</summary>
    public TimeSpan OpenTimeLimit { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a statement may take, unless the call names another limit.</summary>
    public TimeSpan StatementTimeLimit { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the answer to a write is kept for whoever asks again with the same idempotency key.</summary>
    public TimeSpan KeepAnswersFor { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long one migration may take.</summary>
    public TimeSpan MigrationTimeLimit { get; set; } = TimeSpan.FromMinutes(10);
}
