using FooBar.Data.Routing;
using FooBar.Data.Topology;

namespace FooBar.Tests.Unit.Data;

public sealed class RouteTests
{
    private static readonly NodeStatus
        Primary = Node("p", NodeRole.Primary), First = Node("r1", NodeRole.Replica), Second = Node("r2", NodeRole.Replica), Gone = Node("x", NodeRole.Unusable);

    [Fact]
    public void ForReading_Replicas_TakeTurns() =>
        Assert.Equal([First, Second, First], Enumerable.Range(0, 3).Select(turn => Read(ReadFrom.Replica, (uint)turn, Primary, First, Second)));

    [Fact]
    public void ForReading_TurnOverflows_StillFindsAReplica() =>
        Assert.Equal(Second, Read(ReadFrom.Replica, uint.MaxValue, Primary, First, Second));

    [Fact]
    public void ForReading_NoReplica_FallsBackToThePrimary() => Assert.Equal(Primary, Read(ReadFrom.Replica, 0, Gone, Primary));

    [Fact]
    public void ForReading_PrimaryWanted_NeverTakesAReplica()
    {
        Assert.Equal(Primary, Read(ReadFrom.Primary, 0, First, Primary));
        Assert.Null(Read(ReadFrom.Primary, 0, First, Gone));
    }

    [Fact]
    public void ForReading_NothingUsable_IsNull() => Assert.Null(Read(ReadFrom.Replica, 0, Gone));

    [Fact]
    public void ForReading_FailedReplica_TakesAnother()
    {
        Assert.Equal(Second, Route.ForReading(Topology(Primary, First, Second), ReadFrom.Replica, 0, failed: First.Endpoint));
        Assert.Equal(Primary, Route.ForReading(Topology(Primary, First), ReadFrom.Replica, 0, failed: First.Endpoint));
        Assert.Null(Route.ForReading(Topology(Primary), ReadFrom.Primary, 0, failed: Primary.Endpoint));
    }

    [Fact]
    public void ForWriting_OnlyThePrimary_IsTaken()
    {
        Assert.Equal(Primary, Route.ForWriting(Topology(First, Primary)));
        Assert.Null(Route.ForWriting(Topology(First, Gone)));
    }

    private static NodeStatus? Read(ReadFrom copy, uint turn, params NodeStatus[] nodes) => Route.ForReading(Topology(nodes), copy, turn, failed: null);

    private static ClusterTopology Topology(params NodeStatus[] nodes) => new([.. nodes], Epoch: 1);

    private static NodeStatus Node(string name, NodeRole role) => new(new NodeEndpoint(name, 3306), name, role, "is as the test says");
}
