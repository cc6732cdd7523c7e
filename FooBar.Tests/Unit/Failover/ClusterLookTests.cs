using FooBar.Failover.Observe;
using Microsoft.Extensions.Time.Testing;

namespace FooBar.Tests.Unit.Failover;

public sealed class ClusterLookTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(0.5);
    private static readonly string[] Nodes = ["mysql-1", "mysql-2"];
    private static readonly NodeView Primary = new("mysql-1") { PeerHost = "mysql-1", PeerPort = 3306 };
    private static readonly NodeView Silent = Primary with { Error = "no route", NeverSeen = true };

    private readonly FakeTimeProvider clock = new();
    private readonly Dictionary<string, TaskCompletionSource<NodeView>> asked = [];
    private readonly List<string> questions = [];
    private readonly ClusterLook look;

    public ClusterLookTests() => look = new ClusterLook(AskAsync, Limit, clock);

    [Fact]
    public async Task Node_ThatAnsweredBefore_HasItsWholeTimeAndTheOthersAreAskedAgainMeanwhile()
    {
        var looking = LookAsync(Before(Primary, Replica("ON")));
        for (var i = 0; i < 4; i++)
        {
            Answer(Replica("ON"));
            clock.Advance(ClusterLook.Patience);
        }

        Assert.False(looking.IsCompleted);
        Answer(Replica("ON") with { Epoch = 7 });
        Answer(Primary);

        Assert.Equal([Primary, Replica("ON") with { Epoch = 7 }], await looking);
        Assert.Equal(["mysql-1", "mysql-2", "mysql-2", "mysql-2", "mysql-2", "mysql-2"], questions);
    }

    [Fact]
    public async Task Nodes_ThatTakeTurnsInBeingSlow_EndALookAllTheSame()
    {
        var looking = LookAsync(Before(Primary, Replica("ON")));
        Answer(Replica("ON"));
        clock.Advance(ClusterLook.Patience); // mysql-2 is asked again, and is slow now
        clock.Advance(Limit);
        Answer(Primary);
        Answer(Replica("ON"));

        Assert.All(await looking, view => Assert.True(view.Reachable));
        Assert.Equal(3, questions.Count);
    }

    [Fact]
    public async Task Node_SilentBefore_IsNotWaitedForAndStaysSilent()
    {
        var looking = LookAsync(Before(Silent, Replica("ON")));
        Answer(Replica("ON"));

        clock.Advance(ClusterLook.Patience);

        Assert.Equal([Silent, Replica("ON")], await looking);
    }

    [Fact]
    public async Task Node_SilentBefore_ThatAnswersMeanwhile_CountsTheNextTimeAndIsNotAskedTwice()
    {
        await GiveUpOnPrimaryAsync();
        Answer(Primary with { AnsweredAt = clock.GetUtcNow() });
        clock.Advance(Limit);

        var looking = LookAsync(Before(Silent, Replica("ON")));
        Answer(Replica("ON"));

        Assert.True((await looking)[0].Reachable);
        Assert.Single(questions, "mysql-1");
    }

    [Fact]
    public async Task Node_SilentBefore_ThatAnsweredLongAgo_IsAskedAnew()
    {
        await GiveUpOnPrimaryAsync();
        Answer(Primary with { AnsweredAt = clock.GetUtcNow() });
        clock.Advance(Limit + TimeSpan.FromMilliseconds(1));

        var looking = LookAsync(Before(Silent, Replica("ON")));
        Answer(Replica("ON"));
        clock.Advance(ClusterLook.Patience);

        Assert.Same(Silent, (await looking)[0]);
        Assert.Equal(2, questions.Count(node => node == "mysql-1"));
    }

    [Theory]
    [InlineData("CONNECTING")]
    [InlineData("ON", "CONNECTING")]
    public async Task Source_ThatItsReplicaHasJustLost_IsNotWaitedFor(params string[] replica)
    {
        var looking = LookAsync(Before(Primary, Replica("ON")));
        foreach (var receiving in replica)
        {
            Assert.False(looking.IsCompleted);
            Answer(Replica(receiving));
            clock.Advance(ClusterLook.Patience);
        }

        Assert.Equal([new NodeView("mysql-1") { Error = "no answer within 0.1 s" }, Replica("CONNECTING")], await looking);
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
        clock.Advance(ClusterLook.Patience);

        Assert.False(looking.IsCompleted);
        Answer(Replica(now, source));
        Answer(Primary);

        Assert.True((await looking)[0].Reachable);
    }

    private async Task GiveUpOnPrimaryAsync()
    {
        var looking = LookAsync(Before(Silent, Replica("ON")));
        Answer(Replica("ON"));
        clock.Advance(ClusterLook.Patience);
        await looking;
    }

    private Task<NodeView[]> LookAsync(ClusterView before) => look.AtAsync(Nodes, before, CancellationToken.None);

    private Task<NodeView> AskAsync(string node, CancellationToken cancellationToken)
    {
        questions.Add(node);
        return (asked[node] = new TaskCompletionSource<NodeView>()).Task;
    }

    // What follows from an answer has happened when this returns.
    private void Answer(NodeView view) => asked[view.Name].SetResult(view);

    private static ClusterView Before(params NodeView[] nodes) => new(default, [.. nodes]);

    private static NodeView Replica(string receiving, string source = "mysql-1") =>
        new("mysql-2") { Replication = new ReplicationView { SourceHost = source, SourcePort = 3306, IoState = receiving } };
}
