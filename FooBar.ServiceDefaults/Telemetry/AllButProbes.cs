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
    private readonly ParentBasedSampler _everythingElse = new(new AlwaysOnSampler());

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => IsProbe(samplingParameters)
        ? new SamplingResult(SamplingDecision.Drop)
        : _everythingElse.ShouldSample(samplingParameters);

    private static bool IsProbe(in SamplingParameters parameters)
    {
        // A sampler is not told the source. MySqlConnector's spans are "Open", and those that name a database system.
        var isOutsideOfATrace = parameters.Kind == ActivityKind.Client && parameters.ParentContext.TraceId == default;
        switch (parameters.Name)
        {
            // YARP's rounds of probes. The first round may begin before spans are recorded, so its probes can lack their parent.
            case "proxy.cluster_health_checks" or "proxy.destination_health_check":
            case "Open" when isOutsideOfATrace:
                return true;
        }

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
