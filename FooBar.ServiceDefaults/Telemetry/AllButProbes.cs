using System.Diagnostics;
using OpenTelemetry.Trace;

namespace FooBar.ServiceDefaults.Telemetry;

/// <summary>
/// Records every trace but those of probes, whatever the caller says about sampling: requests of <c>/health</c> and <c>/alive</c>,
/// the gateway's rounds of them, and calls to MySQL outside of any trace, which are probes of its nodes. Spans inside a probe
/// follow their parent and are left out too, in the probed service as well.
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

        // A sampler is not told the source. The driver's spans are those with a database in their attributes.
        var isOutsideOfATrace = parameters.Kind == ActivityKind.Client && parameters.ParentContext.TraceId == default;
        foreach (var (key, value) in parameters.Tags ?? [])
        {
            switch (key)
            {
                case "url.path":
                    return value is HealthEndpoints.ReadyPath or HealthEndpoints.LivePath;
                case "db.system" or "db.system.name" when isOutsideOfATrace:
                    return true;
            }
        }

        return false;
    }
}
