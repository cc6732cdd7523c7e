using FooBar.Data.Consistency;
using FsCheck;
using FsCheck.Fluent;

namespace FooBar.Tests.Unit.Data;

/// <summary>
/// Generated sets, compared with the plainest possible model: a hash set of single transactions. The universe is small
/// (few sources, low numbers) so that ranges meet, overlap and enclose one another in most cases.
/// </summary>
public sealed class GtidSetAlgebraTests
{
    private static readonly string[] Sources =
    [
        "00000000-0000-0000-0000-000000000001:", "00000000-0000-0000-0000-000000000001:tag:",
        "7fffffff-0000-0000-0000-000000000000:", "FFFFFFFF-0000-0000-0000-000000000000:Tag:",
    ];

    private static readonly Arbitrary<Written[]> Sets = Gen.ArrayOf(
        from source in Gen.Elements(Sources)
        from first in Gen.Choose(1, 30)
        from length in Gen.Choose(0, 6)
        select new Written(source, first, first + length)).ToArbitrary();

    [Fact]
    public void Parse_AnySet_RoundTripsThroughText() => Holds((a, _) =>
        GtidSet.Parse(Set(a).ToString()).Equals(Set(a)) && Set(a).Equals(Set([.. a.Reverse()])));

    [Fact]
    public void Equals_AnyTwoSets_MeansTheSameTransactions() => Holds((a, b) =>
        Set(a).Equals(Set(b)) == Model(a).SetEquals(Model(b)) && Set(a).IsEmpty == (Model(a).Count == 0));

    [Fact]
    public void Contains_AnyTwoSets_MatchesTheModel() => Holds((a, b) =>
        Set(a).Contains(Set(b)) == Model(a).IsSupersetOf(Model(b)));

    [Fact]
    public void Contains_PartOfItself_IsTrue() => Holds((a, b) => Set(a).Union(Set(b)).Contains(Set(b)));

    [Fact]
    public void Union_AnyTwoSets_MatchesTheModel() => Holds((a, b) =>
        Set(a).Union(Set(b)).Equals(Set([.. Model(a).Union(Model(b)).Select(Single)])));

    [Fact]
    public void Subtract_AnyTwoSets_MatchesTheModel() => Holds((a, b) =>
        Set(a).Subtract(Set(b)).Equals(Set([.. Model(a).Except(Model(b)).Select(Single)])));

    private static void Holds(Func<Written[], Written[], bool> property) =>
        Prop.ForAll(Sets, Sets, property).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    private static GtidSet Set(Written[] parts) => GtidSet.Parse(string.Join(",\n", parts.Select(p => p.Text)));

    private static HashSet<(string Source, int Number)> Model(Written[] parts) =>
        [.. parts.SelectMany(p => Enumerable.Range(p.First, p.Last - p.First + 1).Select(number => (p.Source, number)))];

    private static Written Single((string Source, int Number) transaction) =>
        new(transaction.Source, transaction.Number, transaction.Number);

    private sealed record Written(string Source, int First, int Last)
    {
        public string Text => $"{Source}{First}-{Last}";
    }
}
