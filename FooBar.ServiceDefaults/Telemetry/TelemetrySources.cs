using OpenTelemetry.Resources;

namespace FooBar.ServiceDefaults.Telemetry;

/// <summary>What is listened to. The platform publishes its own spans and metrics under OpenTelemetry's standard names.</summary>
internal static class TelemetrySources
{
    public static readonly string[] Traces =
        ["Microsoft.AspNetCore", "System.Net.Http", "Yarp.ReverseProxy", "MySqlConnector", "FooBar.*"];

    public static readonly string[] Metrics =
    [
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime",
        "Yarp.ReverseProxy", "MySqlConnector", "FooBar.*",
    ];

    /// <summary>Attributes in OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME come last and win.</summary>
    public static ResourceBuilder ToResource(this ServiceIdentity identity) => ResourceBuilder.CreateEmpty()
        .AddService(identity.Name, serviceInstanceId: identity.Instance)
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();
}
