using FooBar.Data.Consistency;
using FooBar.Failover;
using FooBar.Failover.Decide;
using FooBar.Failover.Journal;
using FooBar.Failover.Observe;
using FooBar.Failover.Operate;
using Xunit;

namespace FooBar.Tests.Unit.Failover;

/// <summary>A primary and two replicas, one of which acknowledges each write: which of them has what has to be known.</summary>
public sealed class SeveralReplicasTests
{
    private const string Uuid = "a0c64af5-e517-11f1-b515-0242ac180002";

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly JournalEntry Both = new(JournalPhase.Serving, 1, "mysql-1", ["mysql-2", "mysql-3"], Unsettled: []);
    private static readonly JournalEntry One = Both with { InSync = ["mysql-2"] };

    [Fact]
    public void EverybodyInPlace_ChangesNothing() =>
        Assert.Equal("mysql-1 is primary in epoch 1, mysql-2, mysql-3 in sync.", Assert.IsType<Steady>(Decide(Both, Primary(), Replica("mysql-2"), Replica("mysql-3"))).Reason);

    [Fact]
    public void SecondReplica_ThatTheJournalDoesNotKnowYet_IsNotedBeforeItCanAcknowledge() =>
        Assert.IsType<Widen>(Decide(One with { Unsettled = null }, Primary(), Replica("mysql-2"), Replica("mysql-3")));

    [Fact]
    public void PrimaryLost_BothReplicasAnswer_TheOneThatHasEverythingIsPromoted()
    {
        Assert.Equal("mysql-2", Promoted(Both, Silent("mysql-1"), Deaf("mysql-2"), Deaf("mysql-3")));
        Assert.Equal("mysql-3", Promoted(Both, Silent("mysql-1"), Deaf("mysql-2", to: 9), Deaf("mysql-3")));
        Assert.Equal("mysql-3", Promoted(Both, Silent("mysql-1"), Deaf("mysql-2"), Received(Deaf("mysql-3", to: 5), "6-11")));
    }

    [Fact]
    public void PrimaryLost_AReplicaThatMayAloneHoldWritesIsSilent_NobodyIsPromoted()
    {
        Assert.Contains("nor does mysql-3, which may hold acknowledged writes that nobody else has", Held(Both, Silent("mysql-1"), Deaf("mysql-2"), Silent("mysql-3")), StringComparison.Ordinal);
        Assert.Contains("nor does mysql-3", Held(Both, Silent("mysql-1"), Deaf("mysql-2"), Deaf("mysql-3") with { Epoch = null }), StringComparison.Ordinal);
        Assert.Contains("nor does mysql-3", Held(One with { Unsettled = ["mysql-3"] }, Silent("mysql-1"), Deaf("mysql-2"), Silent("mysql-3")), StringComparison.Ordinal);
        Assert.Equal("mysql-2", Promoted(One, Silent("mysql-1"), Deaf("mysql-2"), Silent("mysql-3")));
    }

    [Fact]
    public void PrimaryLost_ReplicasHaveWhatTheOtherLacks_NobodyIsPromoted() =>
        Assert.Contains("none of mysql-2, mysql-3 holds all", Held(Both, Silent("mysql-1"), Received(Deaf("mysql-2"), "12"), Received(Deaf("mysql-3"), "11")), StringComparison.Ordinal);

    [Fact]
    public void PrimaryLost_AReplicaHearsAFormerOne_IsNoWitness()
    {
        var former = Replica("mysql-1") with { Replication = null };
        var journal = new JournalEntry(JournalPhase.Serving, 1, "mysql-2", ["mysql-1"], Unsettled: []);

        Assert.Equal("mysql-1", Promoted(journal, former, Silent("mysql-2"), Replica("mysql-3")));
    }

    [Theory]
    [InlineData(1.9, false)]
    [InlineData(60, true)]
    public void OneReplicaLost_LongEnough_IsExcludedAndWritesNeverStop(double seconds, bool excluded)
    {
        var lost = Silent("mysql-3") with { SilentReplicaSince = Now - TimeSpan.FromSeconds(seconds) };

        Assert.Equal(excluded, Decide(Both, Primary(), Replica("mysql-2"), lost) is Exclude { Primary: "mysql-1", Replica: "mysql-3" });
    }

    [Fact]
    public void OneReplicaLost_ThatMightAcknowledgeByItself_IsCountedOn()
    {
        var lost = Silent("mysql-3") with { SilentReplicaSince = Now - TimeSpan.FromMinutes(1) };

        Assert.IsType<Hold>(Decide(Both with { Unsettled = ["mysql-3"] }, Primary(), Replica("mysql-2"), lost));
    }

    [Fact]
    public void OneReplicaLost_AndTheOtherDoesNotAcknowledge_IsNotExcluded()
    {
        var lost = Silent("mysql-3") with { SilentReplicaSince = Now - TimeSpan.FromMinutes(1) };
        var late = Replica("mysql-2") with { SemiSync = new() };

        Assert.Equal("mysql-2", Assert.IsType<Synchronize>(Decide(Both, Primary(), late, lost)).Replica);
    }

    [Fact]
    public void BothReplicasLost_WritesGoOnWithoutAny()
    {
        var primary = Primary();
        primary = primary with { SemiSync = primary.SemiSync with { Clients = 0, LackingSince = Now - TimeSpan.FromMinutes(1) } };

        Assert.IsType<Degrade>(Decide(Both, primary, Silent("mysql-2"), Silent("mysql-3")));
    }

    [Fact]
    public void PrimaryBack_OneReplicaHasAllThatItHas_IsEnough()
    {
        var returned = Primary() with { SuperReadOnly = true, FencedSince = Now };

        Assert.Equal(1, Assert.IsType<Unfence>(Decide(Both, returned, Replica("mysql-2"), Replica("mysql-3", to: 9))).Acknowledgements);
        Assert.Contains("one of mysql-2, mysql-3", Held(Both, returned, Replica("mysql-2", to: 9), Replica("mysql-3", to: 9)), StringComparison.Ordinal);
    }

    [Fact]
    public void ReplicaOfAFormerPrimary_IsAttachedToTheNewOne()
    {
        var follows = Replica("mysql-3") with { Replication = Replica("mysql-3").Replication! with { SourceHost = "mysql-2" } };

        Assert.Equal("mysql-3", Assert.IsType<Attach>(Decide(One, Primary(), Replica("mysql-2"), follows)).Replica);
    }

    [Fact]
    public void ReplicaThatAcknowledgesByItself_IsSettled()
    {
        var lasting = Replica("mysql-3") with { SemiSync = new() { ReplicaActive = true, ReplicaEnabled = true } };

        Assert.Equal("mysql-3", Assert.IsType<Synchronize>(Decide(Both, Primary(), Replica("mysql-2"), lasting)).Replica);
        Assert.Equal("mysql-3", Assert.IsType<Synchronize>(Decide(Both with { Unsettled = ["mysql-3"] }, Primary(), Replica("mysql-2"), Replica("mysql-3"))).Replica);
    }

    [Fact]
    public void ReplicaBeingCopied_HoldsUpNobodyElse() => Assert.Equal("mysql-2", Assert.IsType<Synchronize>(Decide(
        One with { InSync = [] }, Primary() with { SemiSync = new() }, Replica("mysql-2"), Replica("mysql-3") with { Cloning = true, Replication = null })).Replica);

    [Fact]
    public void ReplicaThatCannotBeMended_HoldsUpNobodyElse()
    {
        var (journal, primary) = (One with { InSync = [] }, Primary() with { SemiSync = new() });
        var broken = Replica("mysql-2") with { Replication = Replica("mysql-2").Replication! with { ApplierRunning = false, LastError = "Duplicate entry" } };

        Assert.Equal("mysql-3", Assert.IsType<Attach>(Decide(journal, primary, broken, Replica("mysql-3") with { Replication = null })).Replica);
        Assert.Equal("mysql-3", Assert.IsType<Synchronize>(Decide(journal, primary, broken, Replica("mysql-3"))).Replica);
        Assert.Equal("mysql-2", Assert.IsType<Attach>(Decide(journal, primary, broken, Replica("mysql-3", to: 5))).Replica);
        Assert.Equal("mysql-2", Assert.IsType<Attach>(Decide(One with { InSync = ["mysql-3"] }, Primary(), broken, Replica("mysql-3"))).Replica);
    }

    [Fact]
    public void ReplicaThatCatchesUp_IsSynchronizedAfterOneThatHasEverything() => Assert.Equal("mysql-3", Assert.IsType<Synchronize>(Decide(
        One with { InSync = [] }, Primary() with { SemiSync = new() }, Replica("mysql-2", to: 5), Replica("mysql-3"))).Replica);

    [Fact]
    public void ReplicaThatHasMuchToApply_IsSynchronizedAfterOneThatHasLess()
    {
        var applying = Replica("mysql-2", to: 3) with { Replication = Replica("mysql-2").Replication! with { Received = GtidSet.Parse($"{Uuid}:1-10") } };

        Assert.Equal("mysql-3", Assert.IsType<Synchronize>(Decide(One with { InSync = [] }, Primary() with { SemiSync = new() }, applying, Replica("mysql-3"))).Replica);
        Assert.Equal("mysql-2", Assert.IsType<Synchronize>(Decide(One with { InSync = [] }, Primary() with { SemiSync = new() }, applying, Silent("mysql-3"))).Replica);
    }

    [Fact]
    public void ReplicaThatLacksSomeOfAFormerPrimary_IsSentItWhereThatIsKnownToBeAnother()
    {
        const string former = "b0c64af5-e517-11f1-b515-0242ac180002";
        var primary = Primary() with { Executed = GtidSet.Parse($"{Uuid}:1-10,{former}:1-10") };
        var behind = Replica("mysql-2") with { Executed = GtidSet.Parse($"{Uuid}:1-10,{former}:1-8") };

        Assert.True(primary.CannotSend(behind, [Silent("mysql-3") with { ServerUuid = former }]).IsEmpty);
        Assert.Equal($"{former}:9-10", $"{primary.CannotSend(behind, [Silent("mysql-3")])}");
        Assert.Equal($"{former}:9-10", $"{primary.CannotSend(behind, [behind with { ServerUuid = former }])}");
    }

    [Fact]
    public void StrangerThatCannotBeFencedToTheEnd_HoldsUpNobodyElse()
    {
        var (journal, primary) = (One with { InSync = [] }, Primary() with { SemiSync = new() });
        var stranger = Replica("mysql-2") with { SuperReadOnly = false, ReadOnly = false, OfflineMode = true, Replication = null };

        Assert.Equal("mysql-3", Assert.IsType<Attach>(Decide(journal, primary, stranger, Replica("mysql-3") with { Replication = null })).Replica);
        Assert.Equal("mysql-3", Assert.IsType<Synchronize>(Decide(journal, primary, stranger, Replica("mysql-3"))).Replica);
        Assert.Equal("mysql-2", Assert.IsType<Fence>(Decide(journal, primary, stranger, Replica("mysql-3", to: 5))).Node);
    }

    [Fact]
    public void PromoteAnyway_TheOneThatHasMore()
    {
        ClusterView seen = new(Now, [Silent("mysql-1"), Deaf("mysql-2", to: 9), Deaf("mysql-3")]);

        Assert.Contains("promote mysql-3", Assert.IsType<Hold>(new PromoteAnywayCommand("mysql-2", AcceptLoss: true).Decide(seen, Both)).Reason, StringComparison.Ordinal);
        Assert.False(Assert.IsType<Promote>(new PromoteAnywayCommand("mysql-3", AcceptLoss: false).Decide(seen, Both)).AcceptsLoss);
    }

    [Fact]
    public void PromoteAnyway_WhileAnotherMayHaveMore_NeedsLossToBeAccepted()
    {
        ClusterView seen = new(Now, [Silent("mysql-1"), Deaf("mysql-2"), Silent("mysql-3")]);

        Assert.Contains("acceptLoss", Assert.IsType<Hold>(new PromoteAnywayCommand("mysql-2", AcceptLoss: false).Decide(seen, Both)).Reason, StringComparison.Ordinal);
        Assert.True(Assert.IsType<Promote>(new PromoteAnywayCommand("mysql-2", AcceptLoss: true).Decide(seen, Both)).AcceptsLoss);
    }

    private static Decision Decide(JournalEntry journal, params NodeView[] nodes) => FailoverRules.Decide(new ClusterView(Now, [.. nodes]), journal, new FailoverOptions());

    private static string Promoted(JournalEntry journal, params NodeView[] nodes) => Assert.IsType<Promote>(Decide(journal, nodes)).Replica;

    private static string Held(JournalEntry journal, params NodeView[] nodes) => Assert.IsType<Hold>(Decide(journal, nodes)).Reason;

    private static NodeView Silent(string name) => new(name) { Error = "no route", SilentReplicaSince = Now };

    private static NodeView Primary() => Replica("mysql-1") with
    {
        SuperReadOnly = false,
        ServerUuid = Uuid,
        Replication = null,
        SemiSync = new() { SourceEnabled = true, WaitFor = 1, SourceActive = true, Clients = 2 },
    };

    private static NodeView Replica(string name, int to = 10) => new(name)
    {
        PeerHost = name,
        PeerPort = 3306,
        SuperReadOnly = true,
        Epoch = 1,
        Executed = GtidSet.Parse($"{Uuid}:1-{to}"),
        SemiSync = new() { ReplicaActive = true },
        Replication = new() { SourceHost = "mysql-1", SourcePort = 3306, AutoPosition = true, Tls = true, IoState = "ON", ApplierRunning = true, Silence = TimeSpan.Zero },
    };

    private static NodeView Deaf(string name, int to = 10) => Replica(name, to) is var replica ? replica with { Replication = replica.Replication! with { IoState = "CONNECTING" } } : null!;

    private static NodeView Received(NodeView replica, string transactions) =>
        replica with { Replication = replica.Replication! with { Received = GtidSet.Parse($"{Uuid}:{transactions}") } };
}
