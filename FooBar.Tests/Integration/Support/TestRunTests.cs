using FooBar.Tests.Support;

namespace FooBar.Tests.Integration.Support;

public sealed class TestRunTests
{
    [Fact]
    public async Task Remove_OfAnotherRun_TakesItsVolumesAndLeavesThoseOfThisOne()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var other = $"{Guid.NewGuid():N}";
        var left = await DockerCommand.RunAsync(["volume", "create", "--label", $"{TestRun.LabelName}={other}"], limit.Token);
        var own = await DockerCommand.RunAsync(["volume", "create", "--label", $"{TestRun.LabelName}={TestRun.Id}"], limit.Token);

        TestRun.Remove(other);

        try
        {
            var volumes = (await DockerCommand.RunAsync(["volume", "ls", "--quiet"], limit.Token)).Split('\n');
            Assert.DoesNotContain(left, volumes);
            Assert.Contains(own, volumes);
        }
        finally
        {
            await DockerCommand.RunAsync(["volume", "rm", own], limit.Token);
        }
    }
}
