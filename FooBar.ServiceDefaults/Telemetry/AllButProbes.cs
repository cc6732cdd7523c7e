using OpenTelemetry.Trace;

namespace FooBar.ServiceDefaults.Telemetry;

/// <summary>
/// Records everything but health probes, whoever asks and whatever they say about sampling: both the answering of a probe and
/// the gateway's own round of them. What happens inside a probe follows its parent and is left out with it, in the probed
/// service as well.
/// </summary>
internal sealed class AllButProbes : Sampler
{
    private const string GatewayProbes = "proxy.cluster_health_checks";

    private readonly ParentBasedSampler _everythingElse = new(new AlwaysOnSampler());

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => IsProbe(samplingParameters)
        ? new SamplingResult(SamplingDecision.Drop)
        : _everythingElse.ShouldSample(samplingParameters);

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
