using OpenTelemetry.Trace;

namespace FooBar.ServiceDefaults.Telemetry;

/// <summary>
/// Where a trace begins: everything is recorded but health probes, both the answering of one and the gateway's own round of
/// them. What happens inside a probe follows its parent and is left out with it, in the probed service as well.
/// </summary>
internal sealed class AllButProbes : Sampler
{
    private const string GatewayProbes = "proxy.cluster_health_checks";

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        new(IsProbe(samplingParameters) ? SamplingDecision.Drop : SamplingDecision.RecordAndSample);

    private static bool IsProbe(in SamplingParameters parameters)
    {
        if (parameters.Name == GatewayProbes)
        {
            return true;
        }

        foreach (var (key, value) in parameters.Tags ?? [])
        {
            if (key == "url.path")
            {
                return value is HealthEndpoints.ReadyPath or HealthEndpoints.LivePath;
            }
        }

        return false;
    }
}
