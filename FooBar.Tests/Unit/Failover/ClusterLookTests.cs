using FooBar.Failover.Observe;
using FooBar.Tests.Support;
using Xunit;

namespace FooBar.Tests.Unit.Failover;

public sealed class ClusterLookTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(0.5);
    private static readonly string[] Nodes = ["mysql-1", "mysql-2"];
    private static readonly NodeView Primary = new("mysql-1") { PeerHost = "mysql-1", PeerPort = 3306 };

    private readonly ManualTime clock = new();
    private readonly Dictionary<string, TaskCompletionSource<NodeView>> asked = [];
    private readonly ClusterLook look;
    private int questions;

    public ClusterLookTests() => look = new ClusterLook(AskAsync, Limit, clock);

    [Fact]
    public async Task Node_ThatAnsweredBefore_HasItsWholeTime()
    {
        var looking = LookAsync(Before(Primary, Replica("ON")));
        Answer(Replica("ON"));
        NobodyIsImpatient();

        Answer(Primary);

        Assert.All(await looking, view => Assert.True(view.Reachable));
    }

    [Fact]
    public async Task Node_SilentBefore_IsNotWaitedForAndStaysSilent()
    {
        var silent = Primary with { Error = "no route", NeverSeen = true };
        var looking = LookAsync(Before(silent, Replica("ON")));
        Answer(Replica("ON"));
        Impatient();

        clock.Advance(ClusterLook.Patience);

        Assert.Equal([silent, Replica("ON")], await looking);
    }

    [Fact]
    public async Task Node_SilentBefore_ThatAnswersMeanwhile_CountsTheNextTimeAndIsNotAskedTwice()
    {
        var (silent, replica) = (Primary with { Error = "no route" }, Replica("ON"));
        await GivenUpOnAsync(silent);
        Answer(Primary with { AnsweredAt = clock.GetUtcNow() });
        clock.Advance(Limit);

        var looking = LookAsync(Before(silent, replica));
        Answer(replica);

        Assert.True((await looking)[0].Reachable);
        Assert.Equal(3, questions);
    }

    [Fact]
    public async Task Node_SilentBefore_ThatAnsweredLongAgo_IsAskedAnew()
    {
        var (silent, replica) = (Primary with { Error = "no route" }, Replica("ON"));
        await GivenUpOnAsync(silent);
        Answer(Primary with { AnsweredAt = clock.GetUtcNow() });
        clock.Advance(Limit + TimeSpan.FromMilliseconds(1));

        var looking = LookAsync(Before(silent, replica));
        Answer(replica);
        Impatient();
        clock.Advance(ClusterLook.Patience);

        Assert.Same(silent, (await looking)[0]);
        Assert.Equal(4, questions);
    }

    [Fact]
    public async Task Source_ThatItsReplicaHasJustLost_IsNotWaitedFor()
    {
        var looking = LookAsync(Before(Primary, Replica("ON")));
        Answer(Replica("CONNECTING"));
        Impatient();

        clock.Advance(ClusterLook.Patience);

        Assert.Equal("no answer within 0.1 s", (await looking)[0].Error);
    }

    [Theory]
    [InlineData("CONNECTING", "CONNECTING", "mysql-1")]
    [InlineData("OFF", "CONNECTING", "mysql-1")]
    [InlineData("ON", "OFF", "mysql-1")]
    [InlineData("ON", "CONNECTING", "elsewhere")]
    public async Task Source_ThatHasAnsweredSinceItsReplicaLostIt_HasItsWholeTime(string before, string now, string source)
    {
        var looking = LookAsync(Before(Primary, Replica(before)));
        Answer(Replica(now, source));
        NobodyIsImpatient();

        Answer(Primary);

        Assert.True((await looking)[0].Reachable);
    }

    private async Task GivenUpOnAsync(NodeView silent)
    {
        var looking = LookAsync(Before(silent, Replica("ON")));
        Answer(Replica("ON"));
        Impatient();
        clock.Advance(ClusterLook.Patience);
        await looking;
    }

    private Task<NodeView[]> LookAsync(ClusterView before) => look.AtAsync(Nodes, before, CancellationToken.None);

    private Task<NodeView> AskAsync(string node, CancellationToken cancellationToken)
    {
        questions++;
        return (asked[node] = new TaskCompletionSource<NodeView>()).Task;
    }

    // What follows from an answer has happened when this returns.
    private void Answer(NodeView view) => asked[view.Name].SetResult(view);

    private void Impatient() => Assert.Equal(1, clock.Waiting(ClusterLook.Patience));

    private void NobodyIsImpatient() => Assert.Equal(0, clock.Waiting(ClusterLook.Patience));

    private static ClusterView Before(params NodeView[] nodes) => new(default, [.. nodes]);

    private static NodeView Replica(string receiving, string source = "mysql-1") =>
        new("mysql-2") { Replication = new ReplicationView { SourceHost = source, SourcePort = 3306, IoState = receiving } };
}
