using FooBar.Gateway.Health;
using Yarp.ReverseProxy.Model;

namespace FooBar.Tests.Unit.Gateway;

public sealed class BestOddsPolicyTests
{
    private static readonly DestinationState
        Healthy = Replica("healthy", DestinationHealth.Healthy),
        Unreachable = Replica("unreachable", DestinationHealth.Healthy, DestinationHealth.Unhealthy),
        New = Replica("new", DestinationHealth.Unknown),
        Out = Replica("out", DestinationHealth.Unhealthy);

    [Fact]
    public void Requests_GoToReplicasThatAreWellAndReachable() => Assert.Equal(["healthy"], Chosen(Unreachable, Healthy, New, Out));

    [Fact]
    public void Requests_NobodyReachable_GoToThoseThatProbesCallHealthy() => Assert.Equal(["unreachable"], Chosen(Unreachable, New, Out));

    [Fact]
    public void Requests_NobodyHealthy_GoToThoseThatWereNotProbedYet() => Assert.Equal(["new"], Chosen(New, Out));

    [Fact]
    public void Requests_EverybodyOut_GoToAll() => Assert.Equal(["out"], Chosen(Out));

    private static IEnumerable<string> Chosen(params DestinationState[] replicas) => BestOddsPolicy.Of(replicas).Select(replica => replica.DestinationId);

    private static DestinationState Replica(string name, DestinationHealth byProbes, DestinationHealth byRequests = DestinationHealth.Unknown)
    {
        var replica = new DestinationState(name);
        replica.Health.Active = byProbes;
        replica.Health.Passive = byRequests;
        return replica;
    }
}
