using System.Diagnostics;
using FooBar.Data.Idempotency;
using FooBar.Data.Routing;
using FooBar.Tests.Support;
using static FooBar.Tests.Integration.Data.KeyedWriteTests;

namespace FooBar.Tests.Integration.Data;

/// <summary>The connection, or the primary, goes away while a unit of work commits.</summary>
[Collection(MySqlPairTests.Name)]
public sealed class UnknownCommitTests(MySqlPair mysql) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan AWhile = TimeSpan.FromSeconds(2);

    private CuttableProxy _proxy = null!;

    public async Task InitializeAsync()
    {
        await mysql.ResetAsync();
        await using var host = await DataHost.StartAsync(mysql, migrate: true);
        await host.SchemaIsReadyAsync(TimeSpan.FromSeconds(10));
        await mysql.AsRootAsync(1, "CREATE TABLE foobar.notes (id INT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(100))");
        _proxy = CuttableProxy.Start(mysql.Port(1));
    }

    public async Task DisposeAsync() => await _proxy.DisposeAsync();

    [Fact]
    public async Task Write_CutInTheMiddleOfTheWork_IsMadeOnce()
    {
        await using var host = await StartAsync();
        var attempts = 0;

        var written = await host.Database.WriteAsync(Key("k"), async session =>
        {
            var note = await InsertAsync(session, "note");
            if (++attempts == 1)
            {
                _proxy.Cut();
            }

            return note;
        }, None);

        Assert.Equal((2, false), (attempts, written.IsRepetition));
        Assert.Equal(1L, await CountAsync(1));
    }

    // After the work its answer is stored, which is the first request, and then it is committed: the second. The third asks for the
    // position of what is committed by then.
    [Theory]
    [InlineData(1, CutPoint.BeforeRequest, 2)]
    [InlineData(1, CutPoint.BeforeAnswer, 2)]
    [InlineData(2, CutPoint.BeforeRequest, 2)]
    [InlineData(2, CutPoint.BeforeAnswer, 1)]
    [InlineData(3, CutPoint.BeforeRequest, 1)]
    [InlineData(3, CutPoint.BeforeAnswer, 1)]
    public async Task Write_CutAroundTheCommit_IsMadeOnceAndAnswered(int request, CutPoint point, int expectedAttempts)
    {
        await using var host = await StartAsync();
        var attempts = 0;

        var written = await host.Database.WriteAsync(Key("k"), async session =>
        {
            var note = await InsertAsync(session, "note");
            if (++attempts == 1)
            {
                _proxy.CutAt(request, point);
            }

            return note;
        }, None);

        Assert.True(_proxy.WasCut.IsCompleted);
        Assert.Equal((expectedAttempts, expectedAttempts == 1), (attempts, written.IsRepetition));
        Assert.Equal(written.Answer.Id, await mysql.AsRootAsync(1, "SELECT MIN(id) FROM foobar.notes"));
        Assert.Equal(1L, await CountAsync(1));
    }

    [Fact]
    public async Task Write_CutWhileTheCommitWaitsForItsAcknowledgement_WaitsForItToo()
    {
        await using var host = await StartAsync();
        await mysql.WaitForAcknowledgementsAsync();
        await mysql.AsRootAsync(2, "STOP REPLICA IO_THREAD");
        var write = AddAsync(host, Key("k"), "note");
        await mysql.CommitsWaitAsync(1, 1);

        _proxy.Cut();

        // A plain read of the key would find nothing now, and the work would be done a second time.
        await Assert.ThrowsAsync<TimeoutException>(() => write.WaitAsync(AWhile));
        Assert.Equal(0L, await CountAsync(1));
        await mysql.AsRootAsync(2, "START REPLICA IO_THREAD");
        Assert.True((await write).IsRepetition);
        Assert.Equal(1L, await CountAsync(1));
    }

    [Fact]
    public async Task Write_CommitOutlastsAStatementsLimit_IsWaitedForAndNotMadeTwice()
    {
        await using var host = await StartAsync(("StatementTimeLimit", "00:00:00.5"));
        await mysql.WaitForAcknowledgementsAsync();
        await mysql.AsRootAsync(2, "STOP REPLICA IO_THREAD");
        var write = AddAsync(host, Key("k"), "note");

        // The connector ends the commit with KILL QUERY, which leaves it waiting.
        await Assert.ThrowsAsync<TimeoutException>(() => write.WaitAsync(2 * AWhile));
        Assert.Equal(0L, await CountAsync(1));
        await mysql.AsRootAsync(2, "START REPLICA IO_THREAD");
        Assert.True((await write).IsRepetition);
        Assert.Equal(1L, await CountAsync(1));
    }

    [Fact]
    public async Task Write_HostIsCutOffInTheMiddle_BlocksNobodyForLong()
    {
        await using var cutOff = await StartAsync();
        await using var other = await DataHost.StartOnHealthyPairAsync(mysql, ("WriteWait", "00:00:30"));
        var isCutOff = new TaskCompletionSource();
        using var stop = new CancellationTokenSource();
        var lost = cutOff.Database.WriteAsync(Key("k"), async session =>
        {
            await session.ExecuteAsync($"INSERT INTO notes (text) VALUES ('lost')", None);
            _proxy.Silence();
            isCutOff.SetResult();
            await Task.Delay(Timeout.Infinite, stop.Token);
            return new Note(0, "");
        }, stop.Token);
        await isCutOff.Task;

        var written = await AddAsync(other, Key("k"), "note").WaitAsync(TimeSpan.FromSeconds(15));

        Assert.False(written.IsRepetition);
        Assert.Equal("note", await mysql.AsRootAsync(1, "SELECT GROUP_CONCAT(text) FROM foobar.notes"));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lost);
    }

    [Fact]
    public async Task Write_PrimaryKilledWithACommitThatNobodyElseHas_IsMadeAgainOnTheNext()
    {
        await using var host = await StartAsync();
        await mysql.WaitForAcknowledgementsAsync();
        await mysql.AsRootAsync(2, "STOP REPLICA IO_THREAD");
        var write = AddAsync(host, Key("k"), "note");
        await mysql.CommitsWaitAsync(1, 1);

        await using var undo = await mysql.KillAsync(1);
        await mysql.PromoteAsync(2, epoch: 2);

        Assert.False((await write).IsRepetition);
        Assert.Equal(1L, await CountAsync(2));
    }

    [Fact]
    public async Task Write_PrimaryKilledBeforeItsAnswerArrives_IsFoundOnTheNext()
    {
        await using var host = await StartAsync();
        await mysql.WaitForAcknowledgementsAsync();
        var attempts = 0;
        var write = host.Database.WriteAsync(Key("k"), async session =>
        {
            var note = await InsertAsync(session, "note");
            if (++attempts == 1)
            {
                _proxy.CutAt(2, CutPoint.BeforeAnswer);
                await mysql.AsRootAsync(2, "STOP REPLICA SQL_THREAD");
            }

            return note;
        }, None);
        await _proxy.WasCut;
        await using var undo = await mysql.KillAsync(1);

        await mysql.AsRootAsync(2, "STOP REPLICA IO_THREAD; START REPLICA SQL_THREAD");
        await Eventually.Within(TimeSpan.FromSeconds(10), async _ => await CountAsync(2) == 1);
        await mysql.PromoteAsync(2, epoch: 2);

        Assert.Equal((1, true), (attempts, (await write).IsRepetition && attempts == 1));
        Assert.Equal(1L, await CountAsync(2));
    }

    [Fact]
    public async Task Write_KeyIsThereButNoOtherCopyHasIt_IsNotAnsweredBefore()
    {
        await using var host = await StartAsync(("WriteWait", "00:00:03"), ("ProbeInterval", "00:00:00.1"));
        await mysql.WaitForAcknowledgementsAsync();
        await mysql.AsRootAsync(2, "STOP REPLICA IO_THREAD");
        var lost = AddAsync(host, Key("k"), "note");
        await mysql.CommitsWaitAsync(1, 1);
        await (await mysql.KillAsync(1)).DisposeAsync();
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => lost);

        // The crash has made it visible although nobody has acknowledged it; the coordinator gives the node back its role.
        Assert.Equal(1L, await CountAsync(1));
        await mysql.AsRootAsync(1, """
            SET GLOBAL rpl_semi_sync_source_timeout = 4294967295, GLOBAL rpl_semi_sync_source_enabled = ON;
            SET GLOBAL super_read_only = OFF, GLOBAL read_only = OFF
            """);

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => AddAsync(host, Key("k"), "again"));

        await mysql.AsRootAsync(2, "START REPLICA IO_THREAD");
        Assert.True((await AddAsync(host, Key("k"), "again")).IsRepetition);
        Assert.Equal(1L, await CountAsync(1));
    }

    [Fact]
    public async Task Write_PrimaryHangsAndAnotherIsPromoted_IsNotWaitedFor()
    {
        await using var host = await StartAsync(("StatementTimeLimit", "00:00:30"), ("ProbeInterval", "00:00:00.1"));
        var isHanging = new TaskCompletionSource<IAsyncDisposable>();
        var attempts = 0;
        var write = host.Database.WriteAsync(Key("k"), async session =>
        {
            if (++attempts == 1)
            {
                isHanging.SetResult(await mysql.HangAsync(1));
            }

            return (await InsertAsync(session, "note"), session.Node);
        }, None);

        await using var undo = await isHanging.Task;
        await mysql.PromoteAsync(2, epoch: 2);
        var watch = Stopwatch.StartNew();

        Assert.Equal("mysql-2", (await write).Answer.Node);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    private async Task<DataHost> StartAsync(params (string Key, string Value)[] options)
    {
        // Probes go through the proxy as well, and are not to be counted: they come only when somebody asks for them.
        (string, string)[] rare = [("ProbeInterval", "00:10:00"), ("WriteWait", "00:00:30")];
        var host = await DataHost.StartAsync(mysql, mysql.ApplicationVia(1, _proxy.Port), options: [.. rare, .. options]);
        await Eventually.Within(TimeSpan.FromSeconds(10), async ct =>
        {
            await using var session = await host.Database.OpenForWriteAsync(ct);
            Assert.Equal("mysql-1", session.Node);
        });
        return host;
    }

    private async Task<long> CountAsync(int node) => Convert.ToInt64(await mysql.AsRootAsync(node, "SELECT COUNT(*) FROM foobar.notes"), null);
}
