using FooBar.Data.Consistency;
using FooBar.Failover;
using FooBar.Failover.Decide;
using FooBar.Failover.Journal;
using FooBar.Failover.Observe;
using Xunit;

namespace FooBar.Tests.Unit.Failover;

public sealed class FailoverRulesTests
{
    private const string Uuid = "a0c64af5-e517-11f1-b515-0242ac180002";

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly JournalEntry InSync = new(JournalPhase.Serving, 1, "mysql-1", ["mysql-2"]);
    private static readonly JournalEntry Alone = InSync with { InSync = [] };
    private static readonly FailoverOptions Rules = new();

    [Fact]
    public void NewCluster_AllNodesEmpty_FirstBecomesPrimary()
    {
        var decision = Decide(JournalEntry.Empty, Fresh("mysql-1"), Fresh("mysql-2"));

        Assert.Equal("mysql-1", Assert.IsType<Bootstrap>(decision).Primary);
    }

    [Fact]
    public void NewCluster_OneNodeSilent_Holds()
    {
        var decision = Decide(JournalEntry.Empty, Fresh("mysql-1"), Silent("mysql-2"));

        Assert.Equal("A new cluster starts when every node answers; mysql-2 does not (no route).", Assert.IsType<Hold>(decision).Reason);
    }

    [Fact]
    public void NewCluster_NodeHoldsData_HoldsAndGuessesNothing()
    {
        var decision = Decide(JournalEntry.Empty, Fresh("mysql-1"), Replica("mysql-2"));

        Assert.StartsWith("The journal is empty but mysql-2 holds data", Assert.IsType<Hold>(decision).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Bootstrapping_CutOffBefore_GoesOnWithTheSameNode()
    {
        var begun = new JournalEntry(JournalPhase.Bootstrapping, 1, "mysql-2", []);

        Assert.Equal("mysql-2", Assert.IsType<Bootstrap>(Decide(begun, Fresh("mysql-1"), Fresh("mysql-2"))).Primary);
        Assert.IsType<Hold>(Decide(begun, Fresh("mysql-1"), Silent("mysql-2")));
    }

    [Fact]
    public void Serving_EverybodyInPlace_ChangesNothing()
    {
        var decision = Decide(InSync, Primary(), Replica("mysql-2"));

        Assert.Equal("mysql-1 is primary in epoch 1, mysql-2 in sync.", Assert.IsType<Steady>(decision).Reason);
    }

    [Fact]
    public void SecondStart_BothFenced_ReplicaIsAttachedFirst()
    {
        var decision = Decide(InSync, Returned(), Replica("mysql-2") with { Replication = null, Executed = GtidSet.Parse($"{Uuid}:1-9") });

        Assert.Equal(("mysql-2", "mysql-1"), Assert.IsType<Attach>(decision) is var attach ? (attach.Replica, attach.Primary) : default);
    }

    [Fact]
    public void SecondStart_ReplicaHasNotReceivedAll_PrimaryStaysFenced()
    {
        var decision = Decide(InSync, Returned(), Replica("mysql-2") with { Executed = GtidSet.Parse($"{Uuid}:1-9") });

        Assert.Equal("mysql-1 stays fenced until mysql-2 holds all that it came back with.", Assert.IsType<Hold>(decision).Reason);
    }

    [Fact]
    public void SecondStart_ReplicaSilent_PrimaryStaysFencedUntilItCountsAsLost()
    {
        Assert.IsType<Hold>(Decide(InSync, Returned(secondsAgo: 2.9), Silent("mysql-2")));
        Assert.Equal("mysql-2", Assert.IsType<Degrade>(Decide(InSync, Returned(secondsAgo: 3), Silent("mysql-2"))).Replica);
    }

    [Fact]
    public void SecondStart_ReplicaReceivesButTooSlowly_CountsAsLostAfterAnActionsTimeMore()
    {
        var behind = Replica("mysql-2") with { Executed = GtidSet.Parse($"{Uuid}:1-9") };

        Assert.IsType<Hold>(Decide(InSync, Returned(secondsAgo: 12.9), behind));
        Assert.IsType<Degrade>(Decide(InSync, Returned(secondsAgo: 13), behind));
    }

    [Fact]
    public void SecondStart_ReplicaHasReceivedAll_PrimaryTakesWritesAndWaitsForIt()
    {
        var received = Replica("mysql-2", replication => replication with { Received = GtidSet.Parse($"{Uuid}:9-10") }) with { Executed = GtidSet.Parse($"{Uuid}:1-9") };

        var decision = Decide(InSync, Returned(), received);

        Assert.Equal(("mysql-1", 1), Assert.IsType<Unfence>(decision) is var unfence ? (unfence.Primary, unfence.Acknowledgements) : default);
    }

    [Fact]
    public void SecondStart_ReplicaStopped_IsAttached()
    {
        var stopped = Replica("mysql-2", replication => replication with { IoState = "OFF", ApplierRunning = false });

        Assert.Equal(("mysql-2", "mysql-1"), Assert.IsType<Attach>(Decide(InSync, Primary(clients: 0), stopped)) is var attach ? (attach.Replica, attach.Primary) : default);
    }

    [Fact]
    public void SecondStart_PrimaryHoldsAnotherEpoch_StaysFenced()
    {
        var decision = Decide(InSync with { Epoch = 2 }, Primary() with { SuperReadOnly = true }, Replica("mysql-2"));

        Assert.Contains("it holds data of epoch 1", Assert.IsType<Hold>(decision).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void SecondStart_PrimaryLostItsVolume_StaysFenced()
    {
        var decision = Decide(InSync, Fresh("mysql-1"), Replica("mysql-2"));

        Assert.Contains("it holds no data of this cluster", Assert.IsType<Hold>(decision).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void PrimaryOffline_BeingStopped_IsNotLetBackOnline()
    {
        var decision = Decide(InSync, Primary() with { OfflineMode = true }, Replica("mysql-2"));

        Assert.Contains("it is being stopped", Assert.IsType<Hold>(decision).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void PrimaryLost_ReplicaInSync_HoldsBecausePromotionIsNotAutomatic()
    {
        var decision = Decide(InSync, Silent("mysql-1"), Replica("mysql-2"));

        Assert.Equal("The primary mysql-1 does not answer (no route); writes wait for it, reads are served by mysql-2, and promotion is not automatic in this version.",
            Assert.IsType<Hold>(decision).Reason);
    }

    [Fact]
    public void Stranger_TakesWrites_IsFencedBeforeAnythingElse()
    {
        var decision = Decide(InSync, Silent("mysql-1"), Replica("mysql-2") with { SuperReadOnly = false });

        Assert.Equal("mysql-2", Assert.IsType<Fence>(decision).Node);
    }

    [Theory]
    [InlineData(2.9, false)]
    [InlineData(3.0, true)]
    public void ReplicaLost_ForLongEnough_WritesGoOnWithoutIt(double seconds, bool degrades)
    {
        var primary = Primary(clients: 0);
        primary = primary with { SemiSync = primary.SemiSync with { LackingSince = Now - TimeSpan.FromSeconds(seconds) } };

        var decision = Decide(InSync, primary, Silent("mysql-2"));

        Assert.Equal(degrades, decision is Degrade { Primary: "mysql-1", Replica: "mysql-2" });
    }

    [Fact]
    public void ReplicaLost_ToTheCoordinatorOnly_StaysInSync()
    {
        var decision = Decide(InSync, Primary(clients: 1), Silent("mysql-2"));

        Assert.IsType<Hold>(decision);
    }

    [Theory]
    [InlineData(2.9, false)]
    [InlineData(3.0, true)]
    public void ReplicaFrozen_CommitsWaitAndNoneIsAcknowledged_WritesGoOnWithoutIt(double seconds, bool degrades)
    {
        var primary = Primary(clients: 1);
        primary = primary with { SemiSync = primary.SemiSync with { WaitingCommits = 1, StalledSince = Now - TimeSpan.FromSeconds(seconds) } };

        Assert.Equal(degrades, Decide(InSync, primary, Silent("mysql-2")) is Degrade { Replica: "mysql-2" });
    }

    [Fact]
    public void ReplicaLostItsVolume_IsNotCountedOnAnyMore()
    {
        var decision = Decide(InSync, Primary(), Fresh("mysql-2"));

        Assert.Equal("mysql-2", Assert.IsType<Degrade>(decision).Replica);
    }

    [Fact]
    public void PrimaryDoesNotWait_ThoughTheJournalPromisesIt_PromiseIsWithdrawnFirst()
    {
        var waiting = Primary();
        foreach (var semiSync in new[] { new SemiSyncView(), waiting.SemiSync with { SourceActive = false }, waiting.SemiSync with { WaitFor = 0 } })
        {
            Assert.IsType<Degrade>(Decide(InSync, waiting with { SemiSync = semiSync }, Replica("mysql-2")));
        }
    }

    [Fact]
    public void PrimaryWaits_ThoughTheJournalCountsOnNobody_IsReleased()
    {
        var decision = Decide(Alone, Primary(), Silent("mysql-2"));

        Assert.Equal(0, Assert.IsType<Unfence>(decision).Acknowledgements);
    }

    [Fact]
    public void ReplicaBack_Streaming_IsSynchronized()
    {
        var decision = Decide(Alone, Primary() with { SemiSync = new() }, Replica("mysql-2"));

        Assert.Equal("mysql-2", Assert.IsType<Synchronize>(decision).Replica);
    }

    [Fact]
    public void ReplicaBack_WithTransactionsThePrimaryNeverHad_StaysOut()
    {
        var errant = Replica("mysql-2", replication => replication with { IoState = "OFF" }) with { Executed = GtidSet.Parse($"{Uuid}:1-11") };

        Assert.Contains($"({Uuid}:11)", Assert.IsType<Hold>(Decide(Alone, Primary() with { SemiSync = new() }, errant)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void ReplicaBack_WithWhatThePrimaryStillWaitsFor_IsAttached()
    {
        var primary = Primary() with { ServerUuid = Uuid };
        primary = primary with { SemiSync = primary.SemiSync with { WaitingCommits = 1 } };
        var ahead = Replica("mysql-2", replication => replication with { IoState = "OFF" }) with { Executed = GtidSet.Parse($"{Uuid}:1-11") };

        Assert.IsType<Attach>(Decide(InSync, primary, ahead));
        Assert.IsType<Hold>(Decide(InSync, primary with { ServerUuid = "b0c64af5-e517-11f1-b515-0242ac180002" }, ahead));
    }

    [Fact]
    public void ReplicaConnecting_ToThePrimary_IsLeftAlone()
    {
        var connecting = Replica("mysql-2", replication => replication with { IoState = "CONNECTING" });

        Assert.Equal("mysql-1 is primary and waits for mysql-2, which does not acknowledge (receiving CONNECTING, applying ON).",
            Assert.IsType<Hold>(Decide(InSync, Primary(clients: 0), connecting)).Reason);
    }

    [Fact]
    public void ReplicaConnecting_ToSomebodyElse_IsAttached()
    {
        var connecting = Replica("mysql-2", replication => replication with { IoState = "CONNECTING", SourceHost = "elsewhere" });

        Assert.IsType<Attach>(Decide(InSync, Primary(clients: 0), connecting));
    }

    [Fact]
    public void Journal_NamesANodeThatTheOptionsDoNot_Holds()
    {
        Assert.Contains("mysql-9", Assert.IsType<Hold>(Decide(InSync with { Primary = "mysql-9" }, Primary(), Replica("mysql-2"))).Reason, StringComparison.Ordinal);
    }

    private static Decision Decide(JournalEntry journal, params NodeView[] nodes) => FailoverRules.Decide(new ClusterView(Now, [.. nodes]), journal, Rules);

    private static NodeView Fresh(string name) => new(name) { PeerHost = name, PeerPort = 3306, SuperReadOnly = true };

    private static NodeView Silent(string name) => new(name) { Error = "no route" };

    private static NodeView Primary(int clients = 1) => Fresh("mysql-1") with
    {
        SuperReadOnly = false,
        Epoch = 1,
        Executed = GtidSet.Parse($"{Uuid}:1-10"),
        SemiSync = new() { SourceEnabled = true, WaitFor = 1, SourceActive = true, Clients = clients },
    };

    private static NodeView Returned(double secondsAgo = 0) =>
        Primary() with { SuperReadOnly = true, SemiSync = new(), FencedSince = Now - TimeSpan.FromSeconds(secondsAgo) };

    private static NodeView Replica(string name, Func<ReplicationView, ReplicationView>? change = null)
    {
        var replication = new ReplicationView { SourceHost = "mysql-1", SourcePort = 3306, AutoPosition = true, Tls = true, IoState = "ON", ApplierRunning = true };
        return Fresh(name) with { Epoch = 1, Executed = GtidSet.Parse($"{Uuid}:1-10"), Replication = change?.Invoke(replication) ?? replication };
    }
}
