using FooBar.Drill.Faults;
using FooBar.Drill.History;
using FooBar.Drill.Trials;

namespace FooBar.Tests.Unit.Drill;

public sealed class FaultTests
{
    private static readonly Promise[] Safety = [Promise.NoWriteLost, Promise.NoDuplicate, Promise.NothingInvented, Promise.OwnWritesRead, Promise.CopiesEqual, Promise.Heals, Promise.NoServerError];

    [Fact]
    public void Fault_OfOnePart_PromisesEverything() =>
        Assert.All(Enum.GetValues<Promise>(), promise => Assert.Single(Trial(Fault("primary"), promise).Broken));

    [Fact]
    public void Fault_OfTwoParts_PromisesWhatMustAlwaysHold() => Assert.All(Enum.GetValues<Promise>(), promise =>
    {
        var trial = Trial(Fault("primary and site"), promise);
        Assert.Equal(Safety.Contains(promise), trial.Broken.Count == 1);
        Assert.Equal(1, trial.Count(promise));
    });

    [Fact]
    public void Fault_OfAGateway_MayBreakConnectionsAndNothingElse() => Assert.All(Enum.GetValues<Promise>(), promise =>
        Assert.Equal(promise is not (Promise.NoReadAskedAgain or Promise.NoWriteAskedAgain), Trial(Fault("gateway"), promise).Broken.Count == 1));

    [Fact]
    public void Faults_OfTheDrill_HaveNamesOfTheirOwn() => Assert.Distinct(FaultCatalog.All.Select(fault => $"{fault}"));

    internal static Fault Fault(string component, string what = "killed") =>
        new(component, what, TimeSpan.FromSeconds(1), (_, _, _) => throw new InvalidOperationException("Nothing is taken away in a unit test."));

    internal static Trial Trial(Fault fault, params Promise[] broken) =>
        new(fault, 7, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(2), 100, 200, 1, 0, 3, ["Promote: mysql-1 is dead.", "Steady: all is well."],
            [.. broken.Select(promise => new Violation(promise, "a write"))]);
}
