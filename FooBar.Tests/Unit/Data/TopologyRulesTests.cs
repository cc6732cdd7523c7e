using FooBar.Data.Topology;

namespace FooBar.Tests.Unit.Data;

public sealed class TopologyRulesTests
{
    private static readonly NodeEndpoint One = new("10.0.0.1", 3306), Two = new("10.0.0.2", 3306), Three = new("10.0.0.3", 3306);
    private static readonly TimeSpan MaxLag = TimeSpan.FromSeconds(5);

    [Fact]
    public void Next_PrimaryAndReplica_AreWhatTheySay() =>
        Assert.Equal("10.0.0.1 Primary, 10.0.0.2 Replica", Roles(Primary(One, epoch: 3), Replica(Two, epoch: 3)));

    [Fact]
    public void Next_NothingAnswers_NothingIsUsable() => Assert.Equal("10.0.0.1:3306 Unusable, 10.0.0.2:3306 Unusable", Roles(Down(One), Down(Two)));

    [Fact]
    public void Next_WritableNodeOfAnOlderEpoch_ServesNobody() =>
        Assert.Equal("10.0.0.1 Unusable, 10.0.0.2 Primary", Roles(Primary(One, epoch: 3), Primary(Two, epoch: 4)));

    [Fact]
    public void Next_ReplicaThatLacksTheLastPromotion_IsNotRead() =>
        Assert.Equal("10.0.0.1 Primary, 10.0.0.2 Unusable", Roles(Primary(One, epoch: 4), Replica(Two, epoch: 3)));

    [Fact]
    public void Next_HighestEpochIsGone_OlderPrimaryStaysRefused()
    {
        var before = TopologyRules.Next(ClusterTopology.Unknown, [Primary(One, epoch: 3), Primary(Two, epoch: 4)], MaxLag);

        var after = TopologyRules.Next(before, [Primary(One, epoch: 3), Down(Two)], MaxLag);

        Assert.Equal(4, after.Epoch);
        Assert.Null(after.Primary);
        Assert.False(after.IsReadable);
    }

    [Fact]
    public void Next_TwoWritableNodesOfOneEpoch_NeitherIsTrusted() =>
        Assert.Equal("10.0.0.1 Unusable, 10.0.0.2 Unusable, 10.0.0.3 Replica", Roles(Primary(One), Primary(Two), Replica(Three)));

    [Fact]
    public void Next_NoCoordinatorYet_TheOnlyWritableNodeIsPrimary() =>
        Assert.Equal("10.0.0.1 Primary", Roles(Primary(One, epoch: 0)));

    [Fact]
    public void Next_OfflineMode_ServesNobody()
    {
        Assert.Equal("10.0.0.1 Unusable, 10.0.0.2 Replica", Roles(Offline(Primary(One)), Replica(Two)));
        Assert.Equal("10.0.0.1 Primary, 10.0.0.2 Unusable", Roles(Primary(One), Offline(Replica(Two))));
    }

    [Theory]
    [InlineData(4.9, true)]
    [InlineData(5.0, true)]
    [InlineData(5.1, false)]
    public void Next_ReplicaBehind_IsReadUpToTheLimit(double seconds, bool readable) =>
        Assert.Equal(readable, Next(Primary(One), Replica(Two, lag: seconds)).Replicas.Any());

    [Fact]
    public void Next_LagIsUnknown_IsNotReadBesideAPrimary() =>
        Assert.Equal("10.0.0.1 Primary, 10.0.0.2 Unusable", Roles(Primary(One), Replica(Two, lag: null)));

    [Theory]
    [InlineData(3600.0)]
    [InlineData(null)]
    public void Next_NoPrimary_AnyLagIsGoodEnough(double? lag) =>
        Assert.Equal("10.0.0.1:3306 Unusable, 10.0.0.2 Replica", Roles(Down(One), Replica(Two, lag: lag)));

    [Fact]
    public void Next_ApplierStopped_IsNotReadEvenWithoutPrimary()
    {
        var stopped = Changed(Replica(Two), facts => facts with { Replication = facts.Replication! with { Applying = false } });

        Assert.Equal("10.0.0.1:3306 Unusable, 10.0.0.2 Unusable", Roles(Down(One), stopped));
    }

    [Fact]
    public void Next_ReadOnlyNodeThatFollowsNobody_IsNotRead() =>
        Assert.Equal("10.0.0.1 Unusable", Roles(Changed(Replica(One), facts => facts with { Replication = null })));

    [Fact]
    public void Next_NodeGoesDown_KeepsItsName()
    {
        var before = Next(Primary(One), Replica(Two));

        var after = TopologyRules.Next(before, [Down(One), Replica(Two)], MaxLag);

        Assert.Equal("10.0.0.1", after.Nodes[0].Name);
        Assert.Equal("does not answer", after.Nodes[0].Reason);
    }

    [Fact]
    public void Next_EveryRefusal_HasItsReason()
    {
        var topology = Next(Primary(One, epoch: 3), Primary(Two, epoch: 4), Replica(Three, epoch: 4, lag: 7.25));

        Assert.Equal(
            "10.0.0.1 is writable with epoch 3, but epoch 4 has begun: a former primary; "
            + "10.0.0.2 is writable and has the highest epoch, 4; 10.0.0.3 is 7.3 s behind, more than 5 s",
            topology.Summary);
    }

    private static ClusterTopology Next(params Observation[] seen) => TopologyRules.Next(ClusterTopology.Unknown, seen, MaxLag);

    private static string Roles(params Observation[] seen) => string.Join(", ", Next(seen).Nodes.Select(node => $"{node.Name} {node.Role}"));

    private static Observation Primary(NodeEndpoint node, long epoch = 1) =>
        Observation.Of(node, new NodeFacts(node.Host, ReadOnly: false, Offline: false, epoch, Replication: null));

    private static Observation Replica(NodeEndpoint node, long epoch = 1, double? lag = 0) =>
        Observation.Of(node, new NodeFacts(node.Host, ReadOnly: true, Offline: false, epoch,
            new ReplicationFacts(Applying: true, lag is { } seconds ? TimeSpan.FromSeconds(seconds) : null)));

    private static Observation Down(NodeEndpoint node) => Observation.Failed(node, "does not answer");

    private static Observation Offline(Observation node) => Changed(node, facts => facts with { Offline = true });

    private static Observation Changed(Observation node, Func<NodeFacts, NodeFacts> change) => Observation.Of(node.Endpoint, change(node.Facts!));
}
