using FooBar.Data.Consistency;
using FooBar.Data.Routing;
using FooBar.Data.Topology;

namespace FooBar.Tests.Unit.Data;

public sealed class RouteTests
{
    private static readonly NodeStatus
        Primary = Node("p", NodeRole.Primary), First = Node("r1", NodeRole.Replica), Second = Node("r2", NodeRole.Replica), Gone = Node("x", NodeRole.Unusable);

    private static readonly WritePosition Write = new(Guid.Parse("3e11fa47-71ca-11e1-9e33-c80aa9429562"), 10);

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

    [Fact]
    public void ForReadingWith_SomeReplicaIsKnownToHaveTheWrite_IsAskedFirst()
    {
        var fresh = Second with { Executed = GtidSet.Parse($"{Write.Server}:1-10") };

        Assert.All([0u, 1u, 2u], turn => Assert.Equal([fresh, Primary], Route.ForReadingWith(Topology(Primary, First, fresh), Write, turn, failed: null)));
    }

    [Fact]
    public void ForReadingWith_NoReplicaIsKnownToHaveTheWrite_ReplicasTakeTurnsAndThePrimaryIsLast()
    {
        Assert.Equal([First, Primary], Route.ForReadingWith(Topology(Primary, First, Second), Write, 0, failed: null));
        Assert.Equal([Second, Primary], Route.ForReadingWith(Topology(Primary, First, Second), Write, 1, failed: null));
        Assert.Equal([Second], Route.ForReadingWith(Topology(Primary, Second), Write, 1, failed: Primary.Endpoint));
        Assert.Empty(Route.ForReadingWith(Topology(Gone), Write, 0, failed: null));
    }

    private static NodeStatus? Read(ReadFrom copy, uint turn, params NodeStatus[] nodes) => Route.ForReading(Topology(nodes), copy, turn, failed: null);

    private static ClusterTopology Topology(params NodeStatus[] nodes) => new([.. nodes], Epoch: 1);

    private static NodeStatus Node(string name, NodeRole role) => new(new NodeEndpoint(name, 3306), name, role, "is as the test says");
}
