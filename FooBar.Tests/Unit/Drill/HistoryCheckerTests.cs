using FooBar.Drill.History;
using Xunit;

namespace FooBar.Tests.Unit.Drill;

/// <summary>Each way in which a history can be broken is fed to the checker, and is seen.</summary>
public sealed class HistoryCheckerTests
{
    private static readonly Call Created = Write(Ask.Create, 1, at: 0), Edited = Write(Ask.Edit, 2, at: 2);

    [Fact]
    public void History_EveryPromiseKept_HasNoViolation() =>
        Assert.Empty(Check([Created, Read(1, at: 1), Edited, Read(2, at: 3), List(4, ("a", 2))], [new("a", 2)]));

    [Fact]
    public void AcknowledgedWrite_Absent_IsLost() => Broken(Promise.NoWriteLost, [Created], []);

    [Fact]
    public void AcknowledgedEdit_OverwrittenByAnEarlierOne_IsLost() => Broken(Promise.NoWriteLost, [Created, Edited], [new("a", 1)]);

    [Fact]
    public void Post_ThereTwice_IsADuplicate() => Broken(Promise.NoDuplicate, [Created], [new("a", 1), new("a", 1)]);

    [Fact]
    public void Row_NobodySent_IsInvented() => Broken(Promise.NothingInvented, [Created], [new("a", 1), new("b", 7)]);

    [Fact]
    public void Answer_NobodySent_IsInvented() => Broken(Promise.NothingInvented, [Created, List(1, ("a", 1), ("b", 9))], [new("a", 1)]);

    [Fact]
    public void OwnWrite_NotFound_IsMissed() => Broken(Promise.OwnWritesRead, [Created, Read(null, at: 1)], [new("a", 1)]);

    [Fact]
    public void OwnEdit_ReadAsBefore_IsMissed() => Broken(Promise.OwnWritesRead, [Created, Edited, Read(1, at: 3)], [new("a", 2)]);

    [Fact]
    public void OwnEdit_ListedAsBefore_IsMissed() => Broken(Promise.OwnWritesRead, [Created, Edited, List(3, ("a", 1))], [new("a", 2)]);

    [Fact]
    public void OwnPost_NotListed_IsMissed() => Broken(Promise.OwnWritesRead, [Created, List(1)], [new("a", 1)]);

    [Theory]
    [InlineData(HistoryChecker.ListLength - 1, 1)]
    [InlineData(HistoryChecker.ListLength, 0)]
    public void OwnPost_NotListed_IsMissedUnlessTheListIsFullOfNewerOnes(int newer, int missed)
    {
        var others = Enumerable.Range(1, newer).Select(number => Created with { User = "v", Post = $"b{number}", End = TimeSpan.FromSeconds(1) }).ToList();

        var violations = Check([Created, .. others, List(2)], [new("a", 1), .. others.Select(other => new Row(other.Post!, 1))]);

        Assert.Equal(missed, violations.Count(violation => violation.Promise == Promise.OwnWritesRead));
        Assert.Equal(missed, violations.Count);
    }

    [Fact]
    public void OwnWrites_ReadAsBeforeFromACopyThatSaysSo_AreSeenAndNotMissed() => Broken(Promise.NoReadBehind,
        [Created, Read(null, at: 1) with { SaysBehind = true }, Edited, Read(1, at: 3) with { SaysBehind = true }, List(4) with { SaysBehind = true }, List(5, ("a", 1)) with { SaysBehind = true }],
        [new("a", 2)]);

    [Fact]
    public void OwnWrites_ReadAsBeforeAfterAnAnswerThatSaidSo_AreMissed() =>
        Assert.Contains(Check([Created, Edited, Read(1, at: 3) with { SaysBehind = true }, Read(1, at: 4)], [new("a", 2)]), violation => violation.Promise == Promise.OwnWritesRead);

    [Fact]
    public void Answer_NobodySent_IsInventedEvenIfItSaysThatItIsBehind() =>
        Assert.Contains(Check([Created, Read(7, at: 1) with { SaysBehind = true }], [new("a", 1)]), violation => violation.Promise == Promise.NothingInvented);

    [Fact]
    public void Read_AskedAgain_IsSeen() => Broken(Promise.NoReadAskedAgain, [Created, Read(1, at: 1) with { AskedAgain = 1 }], [new("a", 1)]);

    [Fact]
    public void Write_AskedAgainUnderItsKey_IsSeen() => Broken(Promise.NoWriteAskedAgain, [Created with { AskedAgain = 3 }], [new("a", 1)]);

    [Fact]
    public void Post_ListedTwice_IsADuplicate() => Broken(Promise.NoDuplicate, [Created, List(1, ("a", 1), ("a", 1))], [new("a", 1)]);

    [Fact]
    public void Write_ToAnOwnPostThatTheServerDoesNotFind_IsAMissedOwnWrite()
    {
        Call[] calls = [Created, Edited with { Outcome = Outcome.Denied }];

        Assert.Equal([Promise.OwnWritesRead, Promise.NoWriteFailed], Check(calls, [new("a", 1)]).Select(violation => violation.Promise));
        Assert.Contains(Check(calls, [new("a", 2)]), violation => violation.Promise == Promise.NoWriteLost);
    }

    [Fact]
    public void Copies_Different_AreSeen()
    {
        var violations = HistoryChecker.Check([Created, Edited with { Outcome = Outcome.Unknown }], [[new Row("a", 1)], [new Row("a", 2)]]);

        Assert.Contains(violations, violation => violation.Promise == Promise.CopiesEqual);
    }

    [Theory]
    [InlineData(Outcome.Refused)]
    [InlineData(Outcome.Failed)]
    [InlineData(Outcome.Unknown)]
    public void Read_NotAnswered_IsAFailedRead(Outcome outcome) => Broken(Promise.NoReadFailed, [Created, Read(1, at: 1) with { Outcome = outcome }], [new("a", 1)]);

    [Fact]
    public void Write_Refused_IsAFailedWriteAndMustNotBeThere()
    {
        Call[] calls = [Created, Edited with { Outcome = Outcome.Refused }];

        Assert.Equal([Promise.NoWriteFailed], Check(calls, [new("a", 1)]).Select(violation => violation.Promise));
        Assert.Contains(Check(calls, [new("a", 2)]), violation => violation.Promise == Promise.NoWriteLost);
    }

    [Fact]
    public void Write_WithoutAnAnswer_MayBeThereOrNot()
    {
        Call[] calls = [Created, Edited with { Outcome = Outcome.Unknown }, Read(1, at: 4)];

        Assert.Equal([Promise.NoWriteFailed], Check(calls, [new("a", 1)]).Select(violation => violation.Promise));
        Assert.Equal([Promise.NoWriteFailed], Check(calls, [new("a", 2)]).Select(violation => violation.Promise));
    }

    [Fact]
    public void Write_WithoutAnAnswerThatSomebodyHasRead_IsThereToStay()
    {
        Call[] calls = [Created, Edited with { Outcome = Outcome.Unknown }, Read(1, at: 4), Read(2, at: 5), Read(1, at: 6)];

        Assert.Equal([Promise.NoWriteFailed], Check(calls, [new("a", 2)]).Select(violation => violation.Promise));
        Assert.Contains(Check(calls, [new("a", 1)]), violation => violation.Promise == Promise.NoWriteLost);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public void Write_WithoutAnAnswer_IsNotDoneAfterALaterOneIfTheSiteHasGivenItUp(bool settled, int lost)
    {
        Call[] calls = [Created, Edited with { Outcome = Outcome.Unknown, Settled = settled }, Write(Ask.Edit, 3, at: 4)];

        Assert.Equal(lost, Check(calls, [new("a", 2)]).Count(violation => violation.Promise == Promise.NoWriteLost) / 2);
        Assert.DoesNotContain(Check(calls, [new("a", 3)]), violation => violation.Promise == Promise.NoWriteLost);
    }

    [Fact]
    public void Deleted_IsGone()
    {
        Call[] calls = [Created, Edited, Write(Ask.Delete, null, at: 4), Read(null, at: 5), List(6)];

        Assert.Empty(Check(calls, []));
        Broken(Promise.NoWriteLost, calls, [new("a", 2)]);
        Broken(Promise.OwnWritesRead, [.. calls, Read(2, at: 7)], []);
        Broken(Promise.OwnWritesRead, [.. calls, List(7, ("a", 2))], []);
    }

    [Fact]
    public void Answer_ToAWriteThatShowsAnother_IsInvented() => Broken(Promise.NothingInvented, [Created, Edited with { Shown = 1 }], [new("a", 2)]);

    [Fact]
    public void Answer_ThatNobodyShouldGet_IsSeen()
    {
        Assert.Equal([Promise.NoServerError, Promise.NoReadFailed], Check([Created, Read(1, at: 1) with { Outcome = Outcome.Error }], [new("a", 1)]).Select(violation => violation.Promise));
        Assert.Equal([Promise.NoServerError, Promise.NoWriteFailed], Check([Created, Edited with { Outcome = Outcome.Error }], [new("a", 2)]).Select(violation => violation.Promise));
    }

    [Fact]
    public void Read_DuringAWrite_MayFindEither()
    {
        var during = Edited with { End = TimeSpan.FromSeconds(5) };

        Assert.Empty(Check([Created, during, Read(1, at: 3), Read(2, at: 4)], [new("a", 2)]));
    }

    private static void Broken(Promise promise, Call[] calls, Row[] copy) => Assert.Equal(promise, Check(calls, copy).Select(violation => violation.Promise).Distinct().Single());

    private static IReadOnlyList<Violation> Check(Call[] calls, Row[] copy) => HistoryChecker.Check(calls, [copy, copy]);

    private static Call Write(Ask ask, int? version, int at) => new("u", ask, "a", version, TimeSpan.FromSeconds(at), TimeSpan.FromSeconds(at + 0.5), Outcome.Done);

    private static Call Read(int? version, int at) => new("u", Ask.Read, "a", version, TimeSpan.FromSeconds(at), TimeSpan.FromSeconds(at + 0.5), Outcome.Done);

    private static Call List(int at, params (string Post, int Version)[] seen) =>
        new("u", Ask.List, null, null, TimeSpan.FromSeconds(at), TimeSpan.FromSeconds(at + 0.5), Outcome.Done, [.. seen.Select(post => new Row(post.Post, post.Version))]);
}
