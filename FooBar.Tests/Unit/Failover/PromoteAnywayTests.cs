using FooBar.Data.Consistency;
using FooBar.Failover.Decide;
using FooBar.Failover.Journal;
using FooBar.Failover.Observe;
using FooBar.Failover.Operate;
using Xunit;

namespace FooBar.Tests.Unit.Failover;

/// <summary>mysql-2 was chosen as primary of epoch 5 and was lost before that was done; mysql-1 was primary of epoch 4.</summary>
public sealed class PromoteAnywayTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly JournalEntry Promoting = new(JournalPhase.Promoting, 5, "mysql-2", [], Former: "mysql-1");

    [Fact]
    public void PromotedNodeLost_TheFormerPrimaryTakesOver_OnlyIfLossIsAccepted()
    {
        Assert.Contains("acceptLoss", Assert.IsType<Hold>(Ask("mysql-1", acceptLoss: false, Node("mysql-1", epoch: 4), Silent("mysql-2"))).Reason, StringComparison.Ordinal);

        var promote = Assert.IsType<Promote>(Ask("mysql-1", acceptLoss: true, Node("mysql-1", epoch: 4), Silent("mysql-2")));
        Assert.Equal(("mysql-1", "mysql-2", 6L, true), (promote.Replica, promote.Former, promote.Epoch, promote.AcceptsLoss));
    }

    [Fact]
    public void PromotedNodeAnswers_NobodyElseIsPromoted() => Assert.Equal(
        "mysql-2 answers and is being promoted; to promote another one stop it first, for it may take writes already.",
        Assert.IsType<Hold>(Ask("mysql-1", acceptLoss: true, Node("mysql-1", epoch: 4), Node("mysql-2", epoch: 4))).Reason);

    [Theory]
    [InlineData(3L)]
    [InlineData(null)]
    public void PromotedNodeLost_DataOfAnEarlierEpoch_IsNotPromoted(long? epoch) => Assert.Contains(
        "it would have to be that of epoch 4", Assert.IsType<Hold>(Ask("mysql-1", acceptLoss: true, Node("mysql-1", epoch), Silent("mysql-2"))).Reason, StringComparison.Ordinal);

    [Fact]
    public void NewCluster_HasNobodyToReplace() => Assert.IsType<Hold>(
        new PromoteAnywayCommand("mysql-1", AcceptLoss: true).Decide(new ClusterView(Now, [Node("mysql-1", epoch: null), Silent("mysql-2")]), JournalEntry.Empty));

    private static Decision Ask(string node, bool acceptLoss, params NodeView[] seen) => new PromoteAnywayCommand(node, acceptLoss).Decide(new ClusterView(Now, [.. seen]), Promoting);

    private static NodeView Silent(string name) => new(name) { Error = "no route" };

    private static NodeView Node(string name, long? epoch) => new(name) { Epoch = epoch, Executed = GtidSet.Parse("a0c64af5-e517-11f1-b515-0242ac180002:1-10") };
}
