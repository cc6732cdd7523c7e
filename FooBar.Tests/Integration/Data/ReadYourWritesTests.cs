using System.Diagnostics;
using FooBar.Data.Consistency;
using FooBar.Data.Routing;
using FooBar.Tests.Support;
using static FooBar.Tests.Integration.Data.KeyedWriteTests;

namespace FooBar.Tests.Integration.Data;

[Collection(MySqlPairTests.Name)]
public sealed class ReadYourWritesTests(MySqlPair mysql) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    public async Task InitializeAsync()
    {
        await mysql.ResetAsync();
        await using var host = await DataHost.StartAsync(mysql, migrate: true);
        await host.SchemaIsReadyAsync(Soon);
        await mysql.AsRootAsync(1, "CREATE TABLE foobar.notes (id INT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(100))");
        await Eventually.Within(Soon, async _ => await mysql.AsRootAsync(2, "SELECT COUNT(*) FROM foobar.notes") is 0L);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Write_Position_IsThatOfTheTransaction()
    {
        await using var host = await StartAsync(mysql);

        var position = await WriteAsync(host);

        Assert.Equal(await mysql.AsRootAsync(1, "SELECT CONCAT(@@server_uuid, ':', REGEXP_SUBSTR(@@GLOBAL.gtid_executed, '[0-9]+$'))"), position.ToString());
    }

    [Fact]
    public async Task Read_ReplicaHasTheWrite_IsAnsweredByIt()
    {
        await using var host = await StartAsync(mysql);

        Assert.Equal(("mysql-2", 1L, false), await ReadAsync(host, ReadFrom.ReplicaWith(await WriteAsync(host))));
    }

    [Fact]
    public async Task Read_ReplicaIsLate_IsAnsweredByThePrimaryAfterReplicaWait()
    {
        await using var host = await StartAsync(mysql, ("ReplicaWait", "00:00:00.4"));
        await DelayAsync(3600);
        var position = await WriteAsync(host);
        var watch = Stopwatch.StartNew();

        Assert.Equal(("mysql-1", 1L, false), await ReadAsync(host, ReadFrom.ReplicaWith(position)));

        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(0.35), TimeSpan.FromSeconds(3));
        Assert.Equal(("mysql-2", 0L, false), await ReadAsync(host, ReadFrom.Replica));
    }

    [Fact]
    public async Task Read_ReplicaGetsTheWriteInTime_IsAnsweredByIt()
    {
        // No probe looks while the delay is changed, for which replication has to stop.
        await using var host = await StartAsync(mysql, ("ReplicaWait", "00:00:10"), ("ReadWait", "00:00:20"), ("ProbeInterval", "00:01:00"));
        await DelayAsync(3600);
        var read = ReadAsync(host, ReadFrom.ReplicaWith(await WriteAsync(host)));
        await Eventually.Within(Soon, async _ => await mysql.AsRootAsync(
            2, "SELECT COUNT(*) FROM performance_schema.processlist WHERE INFO LIKE 'SELECT WAIT_FOR_EXECUTED%'") is 1L);

        await DelayAsync(0);

        Assert.Equal(("mysql-2", 1L, false), await read);
    }

    [Fact]
    public async Task Read_NoPrimaryAndNoCopyHasTheWrite_IsAnOlderAnswerThatSaysSo()
    {
        await using var host = await StartAsync(mysql, ("ReadWait", "00:00:01"));
        await DelayAsync(3600);
        var position = await WriteAsync(host);
        await mysql.AsRootAsync(1, "SET GLOBAL offline_mode = ON");
        var watch = Stopwatch.StartNew();

        Assert.Equal(("mysql-2", 0L, true), await ReadAsync(host, ReadFrom.ReplicaWith(position)));

        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Read_PromotedReplicaHasTheWriteOfTheOldPrimary_IsAnsweredByIt()
    {
        await using var host = await StartAsync(mysql, ("ReadWait", "00:00:10"));
        var position = await WriteAsync(host);
        await Eventually.Within(Soon, async _ => await mysql.AsRootAsync(2, "SELECT COUNT(*) FROM foobar.notes") is 1L);
        await mysql.AsRootAsync(1, "SET GLOBAL offline_mode = ON");

        await mysql.PromoteAsync(2, epoch: 2);

        Assert.Equal(("mysql-2", 1L, false), await ReadAsync(host, ReadFrom.ReplicaWith(position)));
    }

    [Fact]
    public async Task Read_FormerPrimaryWhoseSuccessorIsOutOfSight_IsNotTrusted()
    {
        // This host sees node 1 only, which does not know that node 2 was promoted and has taken a write.
        await using var elsewhere = CuttableProxy.Start(FreePort.Next());
        await using var blind = await DataHost.StartAsync(mysql, mysql.ApplicationVia(2, elsewhere.Port), options: ("ReadWait", "00:00:01"));
        await using var host = await StartAsync(mysql);
        await mysql.PromoteAsync(2, epoch: 2);
        await host.BecomesAsync("mysql-1 Unusable, mysql-2 Primary", Soon);

        var position = await WriteAsync(host);

        Assert.Equal(("mysql-1", 0L, true), await ReadAsync(blind, ReadFrom.ReplicaWith(position)));
    }

    [Fact]
    public async Task Read_NodeHangs_IsAnsweredElsewhereAsSoonAsThatIsKnown()
    {
        await using var host = await StartAsync(mysql, ("StatementTimeLimit", "00:00:30"));
        await using var session = await host.Database.OpenAsync(ReadFrom.Replica, None);
        Assert.Equal("replica", session.Role);
        await using var undo = await mysql.HangAsync(2);
        var watch = Stopwatch.StartNew();

        Assert.Equal("mysql-1", await session.ScalarAsync($"SELECT @@report_host", None));

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    // A replica that is late stays in use, so that it is the reads that have to care.
    private static Task<DataHost> StartAsync(MySqlPair mysql, params (string Key, string Value)[] options) =>
        DataHost.StartOnHealthyPairAsync(mysql, [("MaxReplicaLag", "00:05:00"), .. options]);

    private static async Task<WritePosition?> WriteAsync(DataHost host) => (await AddAsync(host, Key(Guid.NewGuid().ToString()), "note")).Position;

    private static async Task<(string Node, long Notes, bool IsBehind)> ReadAsync(DataHost host, ReadFrom copy)
    {
        await using var session = await host.Database.OpenAsync(copy, None);
        var notes = Convert.ToInt64(await session.ScalarAsync($"SELECT COUNT(*) FROM notes", None), null);
        return (session.Node, notes, session.IsBehind);
    }

    private Task<object?> DelayAsync(int seconds) => mysql.AsRootAsync(2, $"""
        STOP REPLICA SQL_THREAD;
        CHANGE REPLICATION SOURCE TO SOURCE_DELAY = {seconds};
        START REPLICA SQL_THREAD
        """);
}
