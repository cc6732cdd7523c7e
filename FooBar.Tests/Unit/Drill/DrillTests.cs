using System.Text.Json;
using FooBar.Drill.Faults;
using FooBar.Drill.History;
using FooBar.Drill.Report;
using FooBar.Drill.Trials;
using static FooBar.Tests.Unit.Drill.FaultTests;

namespace FooBar.Tests.Unit.Drill;

public sealed class DrillTests
{
    [Theory]
    [InlineData("2, 1, 9", 2, 9)]
    [InlineData("4, 1, 9, 2", 3, 9)]
    [InlineData("5", 5, 5)]
    public void Times_OfTrials_AreTheirTrueMedianAndTheWorst(string seconds, double median, double worst) => Assert.Equal(
        new MedianAndWorst(TimeSpan.FromSeconds(median), TimeSpan.FromSeconds(worst)),
        MedianAndWorst.Of(seconds.Split(',').Select(text => TimeSpan.FromSeconds(int.Parse(text, null)))));

    [Fact]
    public void Arguments_OfARow_SelectItAlone()
    {
        var asked = DrillArguments.Parse(["--only", "primary: killed", "--trials", "20", "--seed", "-3", "--output", "out"]);

        Assert.Equal("primary: killed", $"{Assert.Single(asked.Faults)}");
        Assert.Equal((20, -3, "out"), (asked.Trials, asked.Seed, asked.Output));
    }

    [Fact]
    public void Arguments_OfAComponent_SelectItsRowsAndNoPairs() =>
        Assert.Equal(["primary"], DrillArguments.Parse(["--only", "primary"]).Faults.Select(fault => fault.Component).Distinct());

    [Fact]
    public void Arguments_OfSeveral_SelectEach() => Assert.Equal(
        ["site: killed", "switchover: asked for"], DrillArguments.Parse(["--only", "switchover", "--only", "site: killed"]).Faults.Select(fault => $"{fault}"));

    [Theory]
    [InlineData("--only", "nothing")]
    [InlineData("--trials", "0")]
    [InlineData("--seed", "x")]
    [InlineData("--output")]
    [InlineData("--fast", "1")]
    public void Arguments_NotUnderstood_AreRefusedWithWhatThereIs(params string[] arguments) =>
        Assert.Contains("primary and coordinator: killed", Assert.Throws<FormatException>(() => DrillArguments.Parse(arguments)).Message, StringComparison.Ordinal);

    [Fact]
    public void Report_OfTrials_HasARowForEachFaultAndSaysHowToSeeABrokenPromiseAgain()
    {
        Fault killed = Fault("primary"), pair = Fault("primary and site", "killed; paused");
        var report = new DrillReport(
            new DrillArguments(Trials: 2, Seed: 7), [Trial(killed), Trial(pair, Promise.NoReadFailed), Trial(killed, Promise.OwnWritesRead), Trial(pair)], "9.7.4");

        Assert.Contains("MySQL 9.7.4; seed 7, 2 trials of each.", report.Markdown, StringComparison.Ordinal);
        Assert.Contains("| primary | killed | 2 | 1.00 s / 1.00 s | 0.50 s / 0.50 s | 3.00 s / 3.00 s | 4.00 s / 4.00 s | 0 | 0 | 0 | 0 | 0 | 1 | 6 | 2, 0 | 0 | Promote | 2.00 s / 2.00 s |", report.Markdown, StringComparison.Ordinal);
        Assert.Contains("| primary and site | killed; paused | 2 | 1.00 s / 1.00 s | 0.50 s / 0.50 s | 3.00 s / 3.00 s | 4.00 s / 4.00 s | 1 |", report.Markdown, StringComparison.Ordinal);
        Assert.Equal("\nBROKEN PROMISES in 1 of 4 trials:\nOwnWritesRead (1): ./drill --only \"primary: killed\" --seed 7\n", report.Broken);
        Assert.Equal(4, JsonDocument.Parse(report.Json).RootElement.GetProperty("rows").GetArrayLength());
    }

    [Fact]
    public void Report_OfADrillThatCouldNotGoOn_SaysWhy() =>
        Assert.Equal("\nThe drill could not go on: no room\n", new DrillReport(new DrillArguments(), [Trial(Fault("primary"))], "", "no room").Broken);

    [Fact]
    public void Report_WithoutABrokenPromise_HasNothingToSayOfIt() =>
        Assert.Empty(new DrillReport(new DrillArguments(), [Trial(Fault("primary and site"), Promise.NoWriteFailed)], "").Broken);
}
