using Aspire.Hosting.ApplicationModel;
using FooBar.AppHost.Running;

namespace FooBar.Tests.Unit.AppHost;

public sealed class ResourceFailuresTests
{
    [Theory]
    [InlineData("Running", null, null)]
    [InlineData("Exited", 0, null)]
    [InlineData("Finished", 0, null)]
    [InlineData("Exited", 137, "ended with exit code 137")]
    [InlineData("Finished", 1, "ended with exit code 1")]
    [InlineData("FailedToStart", null, "did not start")]
    [InlineData("RuntimeUnhealthy", null, "does not start, because the container engine does not answer")]
    public void Failure_OfEachState_IsTold(string state, int? exitCode, string? expected) => Assert.Equal(
        expected, ResourceFailures.Failure(new CustomResourceSnapshot { ResourceType = "Project", Properties = [], State = state, ExitCode = exitCode }));
}
