using FooBar.Drill.Faults;
using FooBar.Drill.Trials;
using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Chaos;

/// <summary>A short selection of the drill: under load each is taken away once, and no promise is broken.</summary>
[Collection(SharePublishedImages.Name)]
public sealed class ChaosTests(ChaosFixture fixture) : IClassFixture<ChaosFixture>
{
    private const int Seed = 7;

    public static TheoryData<string, string> Selection => new()
    {
        { "primary", "killed" },
        { "primary", "paused for 5 s" },
        { "replica", "killed" },
        { "coordinator", "killed" },
        { "gateway", "killed" },
        { "switchover", "asked for" },
    };

    [Theory]
    [MemberData(nameof(Selection))]
    public async Task Fault_UnderLoad_BreaksNoPromise(string component, string what)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        var fault = FaultCatalog.All.Single(fault => (fault.Component, fault.What) == (component, what));

        var trial = await Trial.RunAsync(fixture.System, fault, Seed, limit.Token);

        Assert.True(trial.Writes > 0, "There was no load.");
        Assert.True(trial.Broken.Count == 0, string.Join('\n', trial.Broken.Take(10)));
    }
}
