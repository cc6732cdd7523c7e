using FooBar.Failover.Act;
using FooBar.Failover.Decide;
using FooBar.Failover.Journal;
using FooBar.Failover.Operate;
using FooBar.Tests.Support;
using MySqlConnector;
using Xunit;

namespace FooBar.Tests.Integration.Failover;

/// <summary>The primary is taken away in every way. Each test begins and ends with both nodes in sync, whoever is primary then.</summary>
public sealed class PromotionTests(FailoverCluster cluster) : IClassFixture<FailoverCluster>, IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(40);

    private readonly MySqlNodes nodes = cluster.Nodes;
    private readonly CancellationTokenSource limit = new(TimeSpan.FromMinutes(3));
    private CoordinatorHost coordinator = null!;

    private CancellationToken Token => limit.Token;

    private string Primary => coordinator.Latest!.Journal.Primary!;

    private string Replica => nodes.Names.Single(name => name != Primary);

    public async Task InitializeAsync()
    {
        coordinator = await StartAsync();
        await ExecuteAsync(Primary, "CREATE TABLE IF NOT EXISTS foobar.notes (id INT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(100))", user: "migrations");
    }

    public async Task DisposeAsync()
    {
        await coordinator.DisposeAsync();
        limit.Dispose();
    }

    [Fact]
    public async Task Primary_Killed_ReplicaTakesOverAndTheFormerPrimaryComesBackInSync()
    {
        var (former, next, epoch) = (Primary, Replica, coordinator.Latest!.Journal.Epoch);
        await InsertAsync(former, "acknowledged before the kill");

        await nodes.KillAsync(former, Token);

        await coordinator.DecidesAsync<Hold>(Soon, $"{next} is primary and serves without {former}");
        Assert.Equal((epoch + 1, next), (coordinator.Latest!.Journal.Epoch, Primary));
        await InsertAsync(next, "after the promotion");

        await nodes[former].StartAsync(Token);
        await coordinator.DecidesAsync<Steady>(Soon);
        Assert.Equal([former], coordinator.Latest!.Journal.InSync);
        await OnBothAsync("acknowledged before the kill", "after the promotion");
    }

    [Fact]
    public async Task Primary_FrozenAndBack_IsFencedAndComesBackInSync()
    {
        var (former, next) = (Primary, Replica);
        await nodes[former].PauseAsync(Token);
        try
        {
            await coordinator.DecidesAsync<Hold>(Soon, $"{next} is primary and serves without {former}");
            await InsertAsync(next, "while it was frozen");
        }
        finally
        {
            await nodes[former].UnpauseAsync(Token);
        }

        await coordinator.DecidesAsync<Steady>(Soon, $"{next} is primary");
        await OnBothAsync("while it was frozen");
    }

    [Fact]
    public async Task FormerPrimary_WithACommitThatNobodyAcknowledged_IsCopiedAnewAndTheCommitIsRecorded()
    {
        var (former, next) = (Primary, Replica);

        // The replica hears nothing of the commit and still counts as in sync: the state of a primary that was cut off.
        await using (var root = await nodes.OpenAsync(next, Token))
        {
            await using var stop = new MySqlCommand("STOP REPLICA IO_THREAD", root);
            await stop.ExecuteNonQueryAsync(Token);
        }

        await coordinator.DisposeAsync();
        await using (var connection = await nodes.OpenAsync(former, Token, "application", CoordinatorHost.Password("application")))
        {
            await using var insert = new MySqlCommand("INSERT INTO foobar.notes (text) VALUES ('nobody acknowledged this') /* \u0007 */", connection) { CommandTimeout = 2 };
            await Assert.ThrowsAnyAsync<Exception>(() => insert.ExecuteNonQueryAsync(Token));
        }

        await nodes.KillAsync(former, Token);
        coordinator = await CoordinatorHost.StartAsync(nodes, cluster.Journal, Token);
        await coordinator.DecidesAsync<Hold>(Soon, $"{next} is primary and serves without {former}");

        await nodes[former].StartAsync(Token);
        await coordinator.DecidesAsync<Steady>(TimeSpan.FromSeconds(60), $"{next} is primary");
        Assert.Equal(0L, Convert.ToInt64(await nodes.ScalarAsync(former, "SELECT COUNT(*) FROM foobar.notes WHERE text = 'nobody acknowledged this'", Token), null));
        await coordinator.DisposeAsync(); // it holds the journal
        var journal = await File.ReadAllTextAsync(cluster.Journal, Token);
        Assert.Contains("INSERT INTO foobar.notes (text) VALUES (", journal, StringComparison.Ordinal);
        Assert.Contains(@"/* \\x07 */", journal, StringComparison.Ordinal);
        coordinator = await StartAsync();
    }

    [Fact]
    public async Task InSyncReplica_WithTransactionsOfItsOwn_IsForgottenByTheJournalBeforeItsDataIsReplaced()
    {
        var (primary, replica) = (Primary, Replica);
        await using (var root = await nodes.OpenAsync(replica, Token))
        {
            foreach (var statement in new[]
            {
                "SET GLOBAL super_read_only = OFF", "INSERT INTO foobar.notes (text) VALUES ('written by hand')", "SET GLOBAL super_read_only = ON", "STOP REPLICA IO_THREAD",
            })
            {
                await using var command = new MySqlCommand(statement, root);
                await command.ExecuteNonQueryAsync(Token);
            }
        }

        await coordinator.DecidesAsync<Hold>(Soon, $"{primary} is primary and serves without {replica}");
        await coordinator.DecidesAsync<Steady>(TimeSpan.FromSeconds(60), $"{primary} is primary");

        await coordinator.DisposeAsync(); // it holds the journal
        var line = (await File.ReadAllLinesAsync(cluster.Journal, Token)).Single(line => line.Contains("written by hand", StringComparison.Ordinal));
        Assert.Contains("\"inSync\":[]", line, StringComparison.Ordinal);
        Assert.Equal(0L, Convert.ToInt64(await nodes.ScalarAsync(replica, "SELECT COUNT(*) FROM foobar.notes WHERE text = 'written by hand'", Token), null));
        coordinator = await StartAsync();
    }

    [Fact]
    public async Task FormerPrimary_WithWritesThatAnOperatorGaveUp_IsCopiedAnewOnlyWhenAsked()
    {
        var (former, next) = (Primary, Replica);
        await nodes.KillAsync(next, Token);
        await coordinator.DecidesAsync<Hold>(Soon, $"{former} is primary and serves without {next}");
        await InsertAsync(former, "given up later");
        await nodes.KillAsync(former, Token);
        await nodes[next].StartAsync(Token);
        await coordinator.DecidesAsync<Hold>(Soon, $"reads are served by {next}");

        Assert.Null((await coordinator.AskAsync(new PromoteAnywayCommand(next, AcceptLoss: true), Token)).Failure);
        await nodes[former].StartAsync(Token);

        await coordinator.DecidesAsync<Hold>(Soon, $"{former} holds transactions that were given up when {next} was promoted anyway");
        Assert.Equal(1L, Convert.ToInt64(await nodes.ScalarAsync(former, "SELECT COUNT(*) FROM foobar.notes WHERE text = 'given up later'", Token), null));
        Assert.Null((await coordinator.AskAsync(new DiscardCommand(former), Token)).Failure);
        await coordinator.DecidesAsync<Steady>(TimeSpan.FromSeconds(60), $"{next} is primary");
        Assert.Null(coordinator.Latest!.Journal.GivenUp);
    }

    [Fact]
    public async Task Node_LostWhileItIsBeingPromoted_IsReplacedOnlyWhenAsked()
    {
        var (former, next) = (Primary, Replica);
        await nodes.KillAsync(next, Token);
        await coordinator.DecidesAsync<Hold>(Soon, $"{former} is primary and serves without {next}");
        await nodes.KillAsync(former, Token);
        await coordinator.DecidesAsync<Hold>(Soon, $"The primary {former} does not answer");
        var journal = coordinator.Part<IJournal>();
        await journal.WriteAsync(
            journal.Current with { Phase = JournalPhase.Promoting, Epoch = journal.Current.Epoch + 1, Primary = next, Former = former }, "A promotion was cut off here.", Token);

        await nodes[former].StartAsync(Token);
        await coordinator.DecidesAsync<Hold>(Soon, $"writes wait for it, reads are served by {former}");
        Assert.Contains("acceptLoss", Assert.IsType<Hold>((await coordinator.AskAsync(new PromoteAnywayCommand(former, AcceptLoss: false), Token)).Decision).Reason, StringComparison.Ordinal);
        Assert.Null((await coordinator.AskAsync(new PromoteAnywayCommand(former, AcceptLoss: true), Token)).Failure);

        await coordinator.DecidesAsync<Hold>(Soon, $"{former} is primary and serves without {next}");
        await InsertAsync(former, "after the second promotion");
        await nodes[next].StartAsync(Token);
        await coordinator.DecidesAsync<Steady>(Soon, $"{former} is primary");
        await OnBothAsync("after the second promotion");
    }

    [Fact]
    public async Task Switchover_Asked_HandsOverAndLosesNothing()
    {
        var (former, next) = (Primary, Replica);
        await InsertAsync(former, "before the switchover");

        var answer = await coordinator.AskAsync(new SwitchoverCommand(To: null), Token);

        Assert.Null(answer.Failure);
        Assert.Equal($"{next} is to take over from {former} as asked; it is in sync.", Assert.IsType<Switchover>(answer.Decision).Reason);
        await InsertAsync(next, "after the switchover");
        await coordinator.DecidesAsync<Steady>(Soon, $"{next} is primary");
        await OnBothAsync("before the switchover", "after the switchover");
    }

    [Fact]
    public async Task Switchover_FenceIsHeldUp_LetsNobodyWriteWithoutTheReplicaAndIsCarriedOn()
    {
        var (former, next) = (Primary, Replica);
        await coordinator.DisposeAsync();
        coordinator = await CoordinatorHost.StartAsync(nodes, cluster.Journal, Token, ("ActionTimeout", "00:00:02"));
        await coordinator.DecidesAsync<Steady>(Soon);
        await using (var root = await nodes.OpenAsync(former, Token))
        {
            await using var hold = new MySqlCommand("LOCK TABLES foobar.notes WRITE", root); // super_read_only has to wait for it
            await hold.ExecuteNonQueryAsync(Token);

            Assert.NotNull((await coordinator.AskAsync(new SwitchoverCommand(To: null), Token)).Failure);
            Assert.Equal(former, coordinator.Part<IJournal>().Current.Primary);
            Assert.Equal(1L, Convert.ToInt64(await nodes.ScalarAsync(former, "SELECT @@GLOBAL.offline_mode OR @@GLOBAL.super_read_only", Token), null));
        }

        await coordinator.DecidesAsync<Steady>(Soon, $"{next} is primary");
    }

    [Fact]
    public async Task Site_ThatStopsReachingThePrimaryOnly_IsFollowedToTheReplica()
    {
        var (former, next) = (Primary, Replica);
        using var cut = new CancellationTokenSource();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var toFormer = await nodes.OpenAsync(former, Token, "application", CoordinatorHost.Password("application"));
        await using var toNext = await nodes.OpenAsync(next, Token, "application", CoordinatorHost.Password("application"));
        var talking = Task.WhenAll(TalkAsync(toFormer, cut.Token), TalkAsync(toNext, end.Token));
        await Eventually.Within(Soon, () => Assert.All(coordinator.Latest!.Seen.Nodes, node => Assert.Contains(node.Site.Values, sign => sign.Lasted > TimeSpan.FromSeconds(2.5))));
        Assert.IsType<Steady>(coordinator.Latest!.Decision);

        await cut.CancelAsync();

        await Eventually.Within(Soon, () => Assert.Equal(next, Primary));
        await end.CancelAsync();
        await talking;
        await coordinator.DecidesAsync<Steady>(Soon, $"{next} is primary");
        await coordinator.DisposeAsync(); // it holds the journal
        Assert.Contains($"The site reaches {next} and has not reached the primary {former} for 2 s", await File.ReadAllTextAsync(cluster.Journal, Token), StringComparison.Ordinal);
        coordinator = await StartAsync();

        static async Task TalkAsync(MySqlConnection connection, CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                await using var command = new MySqlCommand("SELECT 1", connection);
                await command.ExecuteScalarAsync(CancellationToken.None);
                await Task.Delay(TimeSpan.FromMilliseconds(100), stop).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
    }

    [Fact]
    public async Task SemiSync_TurnedOff_WakesTheServerByEndingAReplicasConnection()
    {
        var primary = Primary;
        var connection = await ReplicaConnectionAsync();
        var (connections, off) = (coordinator.Part<NodeConnections>(), coordinator.Part<SemiSyncOff>());
        await using (var session = await connections.OpenAsync(primary, Token))
        await using (var second = await off.PrepareAsync(primary, Token))
        {
            Assert.NotNull(second);
            await off.RunAsync(session, second, Token);
        }

        await Eventually.Within(Soon, async _ => await ReplicaConnectionAsync() is { } other && !other.Equals(connection));
        await coordinator.DecidesAsync<Steady>(Soon);

        Task<object?> ReplicaConnectionAsync() =>
            nodes.ScalarAsync(primary, "SELECT MAX(id) FROM performance_schema.processlist WHERE command LIKE 'Binlog Dump%'", Token);
    }

    [Fact]
    public async Task Replica_ThatReceivedInHaste_IsSecuredOnceItHasAppliedThatEachTime()
    {
        var replica = Replica;
        var (connections, relayLog) = (coordinator.Part<NodeConnections>(), coordinator.Part<RelayLog>());
        await using var session = await connections.OpenAsync(replica, Token);
        for (var time = 1; time <= 2; time++)
        {
            await relayLog.HurryAsync(session, replica, Token);
            await using (var root = await nodes.OpenAsync(replica, Token))
            {
                await using var hold = new MySqlCommand("LOCK TABLES foobar.notes READ", root); // which the applier has to wait for
                await hold.ExecuteNonQueryAsync(Token);
                await InsertAsync(Primary, $"received and not applied {time}");
                await session.ExecuteAsync("SET GLOBAL sync_relay_log = 1", Token); // as after a restart

                Assert.False(await relayLog.SecureAsync(session, replica, Token));
            }

            Assert.True(await relayLog.SecureAsync(session, replica, Token));
        }

        Assert.Equal(1L, Convert.ToInt64(await nodes.ScalarAsync(replica, "SELECT @@GLOBAL.sync_relay_log", Token), null));
        await coordinator.DecidesAsync<Steady>(Soon);
    }

    [Fact]
    public async Task Paused_PrimaryKilled_HoldsUntilResumed()
    {
        var (former, next) = (Primary, Replica);
        await coordinator.AskAsync(new PauseCommand(Paused: true), Token);
        await nodes.KillAsync(former, Token);

        await coordinator.DecidesAsync<Hold>(Soon, "automatic failover is paused");
        await coordinator.AskAsync(new PauseCommand(Paused: false), Token);

        await coordinator.DecidesAsync<Hold>(Soon, $"{next} is primary and serves without {former}");
        await nodes[former].StartAsync(Token);
        await coordinator.DecidesAsync<Steady>(Soon, $"{next} is primary");
    }

    private async Task<CoordinatorHost> StartAsync()
    {
        var host = await CoordinatorHost.StartAsync(nodes, cluster.Journal, Token);
        await host.DecidesAsync<Steady>(Soon);
        return host;
    }

    private Task InsertAsync(string node, string text) => ExecuteAsync(node, $"INSERT INTO foobar.notes (text) VALUES ('{text}')");

    private async Task ExecuteAsync(string node, string sql, string user = "application")
    {
        await using var connection = await nodes.OpenAsync(node, Token, user, CoordinatorHost.Password(user));
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Token);
    }

    private async Task OnBothAsync(params string[] texts)
    {
        foreach (var (node, text) in nodes.Names.SelectMany(node => texts.Select(text => (node, text))))
        {
            await Eventually.Within(TimeSpan.FromSeconds(10), async ct => Convert.ToInt32(
                await nodes.ScalarAsync(node, $"SELECT COUNT(*) FROM foobar.notes WHERE text = '{text}'", ct), null) == 1);
        }
    }
}
