using System.Collections.Immutable;
using FooBar.Failover.Observe;
using Xunit;

namespace FooBar.Tests.Unit.Failover;

public sealed class NodeHistoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Silence_OfANodeThatWasOffline_IsKnownToBeAStop()
    {
        var offline = new NodeView("mysql-1") { OfflineMode = true };
        var silent = NodeHistory.Continue(new NodeView("mysql-1") { Error = "no route" }, offline, DateTimeOffset.UnixEpoch);

        Assert.True(silent.WasOffline);
        Assert.True(NodeHistory.Continue(new NodeView("mysql-1") { Error = "no route" }, silent, DateTimeOffset.UnixEpoch).WasOffline);
        Assert.False(NodeHistory.Continue(new NodeView("mysql-1") { Error = "no route" }, new NodeView("mysql-1"), DateTimeOffset.UnixEpoch).WasOffline);
    }

    [Fact]
    public void Stall_SeenAtTwoAnswers_BeganByTheFirst()
    {
        var now = After(Primary(0, waiting: 2, acknowledged: 7), Primary(0.2, waiting: 1, acknowledged: 7));

        Assert.Equal(At(0), now.SemiSync.StalledSince);
    }

    [Fact]
    public void Stall_ThatGoesOn_KeepsItsBeginning()
    {
        var now = After(
            Primary(0, waiting: 0, acknowledged: 7), Primary(0.2, waiting: 1, acknowledged: 7), Primary(0.4, waiting: 3, acknowledged: 7), Primary(0.6, waiting: 3, acknowledged: 7));

        Assert.Equal(At(0.2), now.SemiSync.StalledSince);
    }

    [Theory]
    [InlineData(1, 8)]
    [InlineData(0, 7)]
    public void Stall_AnAcknowledgementOrNobodyWaiting_EndsIt(int waiting, long acknowledged)
    {
        var now = After(Primary(0, waiting: 1, acknowledged: 7), Primary(0.2, waiting: 1, acknowledged: 7), Primary(0.4, waiting, acknowledged));

        Assert.Null(now.SemiSync.StalledSince);
    }

    [Fact]
    public void Stall_NobodyWaitedBefore_HasNotBegun()
    {
        var now = After(Primary(0, waiting: 0, acknowledged: 7), Primary(0.2, waiting: 1, acknowledged: 7));

        Assert.Null(now.SemiSync.StalledSince);
    }

    [Fact]
    public void Stall_PrimaryThatWasSilentMeanwhile_BeginsAnew()
    {
        var frozen = new NodeView("mysql-1") { Error = "no answer" };

        var back = After(Primary(0, waiting: 1, acknowledged: 7), Primary(0.2, waiting: 1, acknowledged: 7), frozen, Primary(5, waiting: 1, acknowledged: 7));
        var later = NodeHistory.Continue(Primary(5.2, waiting: 1, acknowledged: 7), back, At(5.2));

        Assert.Null(back.SemiSync.StalledSince);
        Assert.Equal(At(5), later.SemiSync.StalledSince);
    }

    [Fact]
    public void Stall_FencedPrimary_HasNone()
    {
        var now = After(Primary(0, waiting: 1, acknowledged: 0), Primary(0.2, waiting: 1, acknowledged: 0) with { SuperReadOnly = true });

        Assert.Null(now.SemiSync.StalledSince);
        Assert.Equal(At(0.2), now.FencedSince);
    }

    [Fact]
    public void Lack_DatesFromTheFirstAnswerThatSaysSo_AndSurvivesSilence()
    {
        var lacking = Primary(0.2) with { SemiSync = new() { SourceEnabled = true, WaitFor = 1 } };
        var silent = new NodeView("mysql-1") { Error = "no answer" };

        Assert.Equal(At(0.2), After(Primary(0), lacking, silent, lacking with { AnsweredAt = At(1) }).SemiSync.LackingSince);
        Assert.Null(After(lacking, Primary(0.4)).SemiSync.LackingSince);
    }

    [Fact]
    public void Site_HeardWithoutALongPause_KeepsItsBeginning()
    {
        var now = After(Heard(0, 0), Heard(0.7, 0.1), Heard(1.7, 0.2), Heard(3, 0.5));

        Assert.Equal(new SiteSign(At(2.5), At(0)), now.Site["web-1"]);
    }

    [Fact]
    public void Site_HeardAfterALongPause_BeginsAnew()
    {
        Assert.Equal(new SiteSign(At(1.1), At(1.1)), After(Heard(0, 0), Heard(1.1, 0)).Site["web-1"]);
    }

    [Fact]
    public void Site_WhoseConnectionEnded_IsRememberedForAWhile()
    {
        var heard = Heard(0, 0);

        Assert.Equal(new SiteSign(At(0), At(0)), After(heard, new NodeView("mysql-1") { Error = "no answer" }, Primary(5)).Site["web-1"]);
        Assert.Equal(new SiteSign(At(0), At(0)), After(heard, Heard(5, 60)).Site["web-1"]);
        Assert.Empty(After(heard, Primary(601)).Site);
    }

    [Fact]
    public void Writable_DatesFromTheFirstAnswerThatSaysSo()
    {
        Assert.Equal(At(1), After(Primary(0) with { SuperReadOnly = true }, Primary(1), new NodeView("mysql-1") { Error = "no answer" }, Primary(3)).WritableSince);
        Assert.Null(After(Primary(0), Primary(1) with { OfflineMode = true }).WritableSince);
    }

    private static NodeView Heard(double seconds, double ago) =>
        Primary(seconds) with { SiteSilence = ImmutableDictionary<string, TimeSpan>.Empty.Add("web-1", TimeSpan.FromSeconds(ago)) };

    private static NodeView After(params NodeView[] views) =>
        views.Aggregate((NodeView?)null, (before, view) => NodeHistory.Continue(view, before, view.Reachable ? view.AnsweredAt : At(2)))!;

    private static DateTimeOffset At(double seconds) => Start + TimeSpan.FromSeconds(seconds);

    private static NodeView Primary(double seconds, int waiting = 0, long acknowledged = 0) => new("mysql-1")
    {
        SuperReadOnly = false,
        AnsweredAt = At(seconds),
        SemiSync = new() { SourceEnabled = true, SourceActive = true, WaitFor = 1, Clients = 1, WaitingCommits = waiting, Acknowledged = acknowledged },
    };
}
