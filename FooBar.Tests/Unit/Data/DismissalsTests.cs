using FooBar.Data.Topology;
using FooBar.Tests.Support;

namespace FooBar.Tests.Unit.Data;

public sealed class DismissalsTests
{
    private static readonly NodeEndpoint One = new("one", 3306), Two = new("two", 3306);

    [Theory]
    [InlineData(NodeRole.Primary, NodeRole.Replica, false, false)]
    [InlineData(NodeRole.Unusable, NodeRole.Replica, false, true)] // nobody else takes writes: its answer may still come
    [InlineData(NodeRole.Unusable, NodeRole.Primary, true, true)]
    [InlineData(NodeRole.Replica, NodeRole.Primary, true, false)]
    [InlineData(NodeRole.Unusable, NodeRole.Unusable, false, false)] // nobody else can be read either
    public void IsDismissed_NodeOne_DependsOnWhoElseThereIs(NodeRole one, NodeRole two, bool writing, bool reading)
    {
        Assert.Equal(writing, Dismissals.IsDismissed(Topology(one, two), One, writing: true));
        Assert.Equal(reading, Dismissals.IsDismissed(Topology(one, two), One, writing: false));
    }

    [Fact]
    public async Task Follow_NewPrimary_CancelsThoseWhoWaitForTheOld()
    {
        var dismissals = new Dismissals();
        dismissals.Follow(Topology(NodeRole.Primary, NodeRole.Replica));
        var old = dismissals.Of(One, writing: true);

        dismissals.Follow(Topology(NodeRole.Unusable, NodeRole.Replica));
        Assert.False(old.IsCancellationRequested);
        dismissals.Follow(Topology(NodeRole.Unusable, NodeRole.Primary));

        await Eventually.Within(TimeSpan.FromSeconds(5), () => Assert.True(old.IsCancellationRequested));
        Assert.True(dismissals.Of(One, writing: true).IsCancellationRequested);
        Assert.False(dismissals.Of(Two, writing: true).IsCancellationRequested);
    }

    [Fact]
    public async Task Of_NodeComesBack_CanBeDismissedAgain()
    {
        var dismissals = new Dismissals();
        dismissals.Follow(Topology(NodeRole.Primary, NodeRole.Unusable));
        dismissals.Follow(Topology(NodeRole.Primary, NodeRole.Replica));
        var token = dismissals.Of(Two, writing: false);
        Assert.False(token.IsCancellationRequested);

        dismissals.Follow(Topology(NodeRole.Primary, NodeRole.Unusable));

        await Eventually.Within(TimeSpan.FromSeconds(5), () => Assert.True(token.IsCancellationRequested));
    }

    private static ClusterTopology Topology(NodeRole one, NodeRole two) => new([Node(One, one), Node(Two, two)], Epoch: 1);

    private static NodeStatus Node(NodeEndpoint node, NodeRole role) => new(node, node.Host, role, "is as the test says");
}
