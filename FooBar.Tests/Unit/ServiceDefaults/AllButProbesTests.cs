using System.Diagnostics;
using FooBar.ServiceDefaults.Telemetry;
using OpenTelemetry.Trace;

namespace FooBar.Tests.Unit.ServiceDefaults;

public sealed class AllButProbesTests
{
    [Theory]
    [InlineData("Microsoft.AspNetCore.Hosting.HttpRequestIn", "/health", false)]
    [InlineData("Microsoft.AspNetCore.Hosting.HttpRequestIn", "/alive", false)]
    [InlineData("Microsoft.AspNetCore.Hosting.HttpRequestIn", "/healthy-food", true)]
    [InlineData("Microsoft.AspNetCore.Hosting.HttpRequestIn", "/", true)]
    [InlineData("proxy.cluster_health_checks", null, false)]
    [InlineData("proxy.destination_health_check", null, false)]
    [InlineData("a migration", null, true)]
    public void Sampler_RecordsEverythingButProbes(string name, string? path, bool recorded)
    {
        // A sampled remote parent, because even that does not make a probe interesting.
        var parent = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true);
        var sampler = new AllButProbes();

        foreach (var context in new[] { default, parent })
        {
            var result = sampler.ShouldSample(new SamplingParameters(
                context, ActivityTraceId.CreateRandom(), name, ActivityKind.Server, path is null ? null : [new("url.path", path)]));

            Assert.Equal(recorded, result.Decision == SamplingDecision.RecordAndSample);
        }
    }

    [Theory]
    [InlineData("Open", null, ActivityKind.Client, false)]
    [InlineData("Execute", "db.system", ActivityKind.Client, false)]
    [InlineData("Execute", "db.system.name", ActivityKind.Client, false)]
    [InlineData("Execute", "server.address", ActivityKind.Client, true)]
    [InlineData("Open", "db.system", ActivityKind.Internal, true)]
    public void Sampler_OutsideOfATrace_LeavesOutCallsToADatabase(string name, string? attribute, ActivityKind kind, bool recorded)
    {
        var parent = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        var sampler = new AllButProbes();

        Assert.Equal(recorded, Samples(default));
        Assert.True(Samples(parent));

        bool Samples(ActivityContext context) => sampler.ShouldSample(new SamplingParameters(
            context, ActivityTraceId.CreateRandom(), name, kind, attribute is null ? null : [new(attribute, "mysql")])).Decision == SamplingDecision.RecordAndSample;
    }

    [Fact]
    public void Sampler_InsideWhatIsNotSampled_SamplesNothing()
    {
        var parent = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.None);
        var sampler = new AllButProbes();

        var result = sampler.ShouldSample(new SamplingParameters(parent, parent.TraceId, "SELECT", ActivityKind.Client));

        Assert.Equal(SamplingDecision.Drop, result.Decision);
    }
}
