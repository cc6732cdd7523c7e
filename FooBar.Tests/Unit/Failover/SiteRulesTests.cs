using System.Collections.Immutable;
using FooBar.Failover;
using FooBar.Failover.Decide;
using FooBar.Failover.Journal;
using FooBar.Failover.Observe;
using Xunit;

namespace FooBar.Tests.Unit.Failover;

/// <summary>The site talks to mysql-1, the primary, since second 0, and to mysql-2, its replica. It is second 60.</summary>
public sealed class SiteRulesTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly JournalEntry InSync = new(JournalPhase.Serving, 1, "mysql-1", ["mysql-2"]);

    [Fact]
    public void Site_ReachesTheReplicaOnly_ReplicaTakesOver()
    {
        var decision = Assert.IsType<Switchover>(Decide(InSync, Primary(("web-1", 0, 57.9), ("web-2", 0, 58)), Replica(("web-1", 0, 59.8))));

        Assert.Equal("The site reaches mysql-2 and has not reached the primary mysql-1 for 2 s; mysql-2 is in sync and takes over.", decision.Reason);
        Assert.True(decision is { Replica: "mysql-2", Leaving: false, FollowsSite: true });
    }

    [Theory]
    [InlineData(58.1, 59.9, "a pause")]
    [InlineData(57, 58.9, "nobody is heard anywhere")]
    public void Site_SilentForTooShortOrEverywhere_NothingHappens(double primary, double replica, string why) =>
        Unmoved(InSync, Primary(("web-1", 0, primary)), Replica(("web-1", 0, replica)), why);

    [Fact]
    public void Site_OneHostStillReachesThePrimary_NothingHappens() =>
        Unmoved(InSync, Primary(("web-1", 0, 50), ("web-2", 0, 59)), Replica(("web-1", 0, 60), ("web-2", 0, 60)));

    [Fact]
    public void Site_AnotherHostTalksToTheReplica_ProvesNothing() =>
        Unmoved(InSync, Primary(("web-1", 0, 50)), Replica(("report", 0, 60)));

    [Fact]
    public void Site_PausedMeanwhileAsAWhole_ProvesNothingYet() =>
        Unmoved(InSync, Primary(("web-1", 0, 57)), Replica(("web-1", 59.9, 60)));

    [Theory]
    [InlineData(57.5, 58)]
    [InlineData(57.9, 57.9)]
    public void Site_ThatTalkedToThePrimaryNowAndThenOnly_HasNotFallenSilent(double since, double heard) =>
        Unmoved(InSync, Primary(("web-1", since, heard)), Replica(("web-1", 0, 60)));

    [Fact]
    public void Site_NeverHeardByThePrimarySinceItIsOne_HasNotFallenSilent()
    {
        var promoted = Primary(("web-1", 0, 50)) with { WritableSince = At(51) };

        Unmoved(InSync, promoted, Replica(("web-1", 0, 60)));
        Unmoved(InSync, Primary(), Replica(("web-1", 0, 60)));
    }

    [Fact]
    public void Site_ReachesAReplicaThatCannotTakeOver_NothingHappens()
    {
        var (primary, replica) = (Primary(("web-1", 0, 50)), Replica(("web-1", 0, 60)));

        Unmoved(InSync with { InSync = [] }, primary, replica);
        Unmoved(InSync with { Paused = true }, primary, replica);
        Unmoved(InSync with { FollowedSiteAt = At(60) - TimeSpan.FromMinutes(9) }, primary, replica);
        Unmoved(InSync, primary, replica with { OfflineMode = true });
        Unmoved(InSync, primary, replica with { Replication = replica.Replication! with { IoState = "CONNECTING" } });
        Unmoved(InSync, primary with { SuperReadOnly = true }, replica);
        Assert.IsType<Switchover>(Decide(InSync with { FollowedSiteAt = At(60) - TimeSpan.FromMinutes(11) }, primary, replica));
    }

    [Theory]
    [InlineData("mysql-2", 54, 59.5, true)]
    [InlineData("mysql-2", 56, 59.5, false)]
    [InlineData("mysql-3", 54, 59.5, false)]
    public void Site_FollowedAShortTimeAgo_FollowedAgainOnceItReachesTheNodeThatWasLeft(string former, double since, double heard, bool follows)
    {
        var journal = InSync with { Former = former, FollowedSiteAt = At(30) };

        Assert.Equal(follows, Decide(journal, Primary(("web-1", 0, 57)), Replica(("web-1", since, heard))) is not null);
    }

    [Fact]
    public void Site_Option0_TurnsItOff() =>
        Assert.Null(SiteRules.Follow(Seen(Primary(("web-1", 0, 50)), Replica(("web-1", 0, 60))), Primary(("web-1", 0, 50)), InSync, new() { SiteSilentAfter = TimeSpan.Zero }));

    private static void Unmoved(JournalEntry journal, NodeView primary, NodeView replica, string why = "") =>
        Assert.False(Decide(journal, primary, replica) is Switchover, why);

    private static Switchover? Decide(JournalEntry journal, NodeView primary, NodeView replica) =>
        SiteRules.Follow(Seen(primary, replica), primary, journal, new FailoverOptions());

    private static ClusterView Seen(NodeView primary, NodeView replica) => new(At(60), [primary, replica]);

    private static NodeView Primary(params (string Host, double Since, double HeardAt)[] site) => Node("mysql-1", site) with
    {
        SuperReadOnly = false,
        WritableSince = At(0),
    };

    private static NodeView Replica(params (string Host, double Since, double HeardAt)[] site) => Node("mysql-2", site) with
    {
        Replication = new() { SourceHost = "mysql-1", SourcePort = 3306, IoState = "ON", ApplierRunning = true },
    };

    private static NodeView Node(string name, (string Host, double Since, double HeardAt)[] site) => new(name)
    {
        Epoch = 1,
        AnsweredAt = At(60),
        Site = site.ToImmutableDictionary(sign => sign.Host, sign => new SiteSign(At(sign.HeardAt), At(sign.Since))),
    };

    private static DateTimeOffset At(double seconds) => Start + TimeSpan.FromSeconds(seconds);
}
