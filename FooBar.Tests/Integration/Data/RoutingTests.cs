using System.Collections.Concurrent;
using System.Diagnostics;
using FooBar.Data.Routing;
using FooBar.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using MySqlConnector;

namespace FooBar.Tests.Integration.Data;

[Collection(MySqlPairTests.Name)]
public sealed class RoutingTests(MySqlPair mysql) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    public async Task InitializeAsync()
    {
        await mysql.ResetAsync();
        await mysql.AsRootAsync(1, "CREATE TABLE foobar.notes (id INT PRIMARY KEY, text VARCHAR(100))");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Sessions_HealthyPair_WriteToThePrimaryAndReadFromTheReplica()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);
        await using (var session = await host.Database.OpenForWriteAsync(None))
        {
            Assert.Equal(("mysql-1", "primary"), (session.Node, session.Role));
            Assert.Equal(1, await session.ExecuteAsync($"INSERT INTO notes VALUES ({1}, {"ä '\" \\ 🙂"})", None));
        }

        await Eventually.Within(TimeSpan.FromSeconds(8), async ct =>
        {
            await using var session = await host.Database.OpenAsync(ReadFrom.Replica, ct);
            Assert.Equal(("mysql-2", "replica"), (session.Node, session.Role));
            Assert.Equal([(1, "ä '\" \\ 🙂")], await session.QueryAsync($"SELECT id, text FROM notes", row => (row.GetInt32(0), row.GetString(1)), ct));
        });
    }

    [Fact]
    public async Task OpenAsync_PrimaryWanted_IsThePrimary()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);
        await using var session = await host.Database.OpenAsync(ReadFrom.Primary, None);

        Assert.Equal("mysql-1", await session.ScalarAsync($"SELECT @@report_host", None));
    }

    [Fact]
    public async Task Transaction_CommittedOrDropped_IsWholeOrNothing()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);
        await using (var session = await host.Database.OpenForWriteAsync(None))
        {
            await session.BeginAsync(None);
            await session.ExecuteAsync($"INSERT INTO notes VALUES (1, 'kept')", None);
            await session.ExecuteAsync($"INSERT INTO notes VALUES (2, 'kept')", None);
            await session.CommitAsync(None);
        }

        await using (var session = await host.Database.OpenForWriteAsync(None))
        {
            await session.BeginAsync(None);
            await session.ExecuteAsync($"INSERT INTO notes VALUES (3, 'dropped')", None);
        }

        Assert.Equal(2L, await mysql.AsRootAsync(1, "SELECT COUNT(*) FROM foobar.notes"));
    }

    [Fact]
    public async Task Read_ReplicaHangsInTheMiddle_IsAnsweredByThePrimary()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql, ("StatementTimeLimit", "00:00:02"));
        await using var session = await host.Database.OpenAsync(ReadFrom.Replica, None);
        Assert.Equal("replica", session.Role);

        await using (await mysql.HangAsync(2))
        {
            Assert.Equal("mysql-1", await session.ScalarAsync($"SELECT @@report_host", None).WaitAsync(TimeSpan.FromSeconds(6)));
            Assert.Equal(("mysql-1", "primary"), (session.Node, session.Role));
        }
    }

    [Fact]
    public async Task Read_ConnectionIsSevered_IsAnsweredByThePrimary()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);
        await using var session = await host.Database.OpenAsync(ReadFrom.Replica, None);
        var id = Convert.ToInt64(await session.ScalarAsync($"SELECT CONNECTION_ID()", None), null);

        await mysql.AsRootAsync(2, $"KILL {id}");

        Assert.Equal("mysql-1", await session.ScalarAsync($"SELECT @@report_host", None));
    }

    [Fact]
    public async Task Read_StatementIsSlow_EndsAtItsLimitWithoutTroublingThePrimary()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);
        await using var session = await host.Database.OpenAsync(ReadFrom.Replica, None);
        session.StatementTimeLimit = TimeSpan.FromMilliseconds(300);

        var watch = Stopwatch.StartNew();
        await Assert.ThrowsAsync<TimeoutException>(() => session.ScalarAsync($"SELECT COUNT(*) FROM (SELECT 1 UNION SELECT 2) AS two WHERE SLEEP(15) = 0", None));

        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(2));
        Assert.Equal("replica", session.Role);
    }

    [Fact]
    public async Task OpenForWrite_NoPrimaryComes_FailsAfterWriteWait()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql, ("WriteWait", "00:00:00.5"));
        await mysql.AsRootAsync(1, "SET GLOBAL super_read_only = ON");
        await host.BecomesAsync("mysql-1 Unusable, mysql-2 Replica", TimeSpan.FromSeconds(8));

        var watch = Stopwatch.StartNew();
        var failure = await Assert.ThrowsAsync<NoPrimaryException>(() => host.Database.OpenForWriteAsync(None));

        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(0.45), TimeSpan.FromSeconds(2));
        Assert.StartsWith("No primary within 0.5 s: mysql-1 is read-only and follows no source", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_PrimaryIsFencedAndAnotherPromoted_IsHeldAndThenDone()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql, ("WriteWait", "00:00:10"));
        await mysql.AsRootAsync(1, "SET GLOBAL super_read_only = ON");
        var write = host.Database.WriteAsync(
            async session => (await session.ExecuteAsync($"INSERT INTO notes VALUES (1, 'held')", None), session.Node), None);

        await mysql.PromoteAsync(2, epoch: 2);

        Assert.Equal((1, "mysql-2"), await write);
    }

    [Fact]
    public async Task Execute_NodeWasFencedJustNow_SaysThatNothingWasWritten()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);
        await using var session = await host.Database.OpenForWriteAsync(None);
        await mysql.AsRootAsync(1, "SET GLOBAL super_read_only = ON");

        await Assert.ThrowsAsync<NoPrimaryException>(() => session.ExecuteAsync($"INSERT INTO notes VALUES (1, 'never')", None));
    }

    [Fact]
    public async Task Execute_ConnectionIsSevered_SaysThatTheOutcomeIsUnknown()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);
        await using var session = await host.Database.OpenForWriteAsync(None);
        var id = Convert.ToInt64(await session.ScalarAsync($"SELECT CONNECTION_ID()", None), null);
        await mysql.AsRootAsync(1, $"KILL {id}");

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => session.ExecuteAsync($"INSERT INTO notes VALUES (1, 'perhaps')", None));
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => session.ExecuteAsync($"INSERT INTO notes VALUES (2, 'on what has broken before')", None));
    }

    [Fact]
    public async Task Statement_InsideATrace_TellsTheServerAndHasASpan()
    {
        var spans = new ConcurrentQueue<ActivityTraceId>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "MySqlConnector",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span => spans.Enqueue(span.TraceId),
        };
        ActivitySource.AddActivityListener(listener);
        await mysql.AsRootAsync(1, "INSTALL COMPONENT 'file://component_query_attributes'");
        await using var undo = new Undo(() => mysql.AsRootAsync(1, "UNINSTALL COMPONENT 'file://component_query_attributes'"));
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);
        using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        await using var session = await host.Database.OpenAsync(ReadFrom.Primary, None);

        Assert.Equal(activity.Id, await session.ScalarAsync($"SELECT mysql_query_attribute_string('traceparent')", None));
        Assert.Contains(activity.TraceId, spans);
    }

    [Fact]
    public async Task Statement_DriverBlocksWhenItIsCancelled_IsLeftBehindAllTheSame()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);
        using var over = new ManualResetEventSlim();
        await using var connection = await NodeConnection.OpenAsync(
            host.Services.GetRequiredService<DatabaseNodes>().All[0], TimeSpan.FromSeconds(5), TimeProvider.System, None, None);
        try
        {
            var statement = connection.RunAsync(HangAsync, TimeSpan.FromMilliseconds(200), None);

            var failure = await Assert.ThrowsAsync<TimeoutException>(() => statement.WaitAsync(TimeSpan.FromSeconds(10)));
            Assert.Contains("did not answer within 0.2 s", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            over.Set();
        }

        async Task<bool> HangAsync(MySqlConnection _, CancellationToken token)
        {
            await using var cancelling = token.Register(over.Wait);
            await Task.Delay(Timeout.Infinite, token);
            return true;
        }
    }

    [Fact]
    public async Task Pool_EveryConnectionWasSevered_NoReadNotices()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);
        var sessions = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => host.Database.OpenAsync(ReadFrom.Replica, None)));
        foreach (var session in sessions)
        {
            await session.ScalarAsync($"SELECT 1", None);
            await session.DisposeAsync();
        }

        await mysql.AsRootAsync(2, "SET GLOBAL offline_mode = ON");
        await mysql.AsRootAsync(2, "SET GLOBAL offline_mode = OFF");
        await host.BecomesAsync("mysql-1 Primary, mysql-2 Replica", TimeSpan.FromSeconds(8));

        for (var i = 0; i < 10; i++)
        {
            await using var session = await host.Database.OpenAsync(ReadFrom.Replica, None);
            Assert.NotNull(await session.ScalarAsync($"SELECT @@report_host", None));
        }
    }
}
