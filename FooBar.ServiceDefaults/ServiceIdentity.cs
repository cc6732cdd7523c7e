using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Resources;

namespace FooBar.ServiceDefaults;

/// <summary>Who this process is, to other services and to telemetry.</summary>
/// <remarks>
/// Where every replica is a service of its own (<c>web-1</c>, <c>web-2</c>), OTEL_SERVICE_NAME tells them apart. Where all
/// replicas are one service (<c>web</c>), the configuration key <c>ServedBy</c> gives each a name, for instance its pod's.
/// </remarks>
/// <param name="Name">The service: OTEL_SERVICE_NAME; the application's name where that is not set.</param>
/// <param name="ServedBy">This replica, in the header X-Served-By: the key <c>ServedBy</c>, else the service's name.</param>
/// <param name="Instance">
/// This one process, service.instance.id in telemetry: the key <c>ServedBy</c>, else <c>machine:process id</c>. An instance id in
/// OTEL_RESOURCE_ATTRIBUTES takes its place.
/// </param>
public sealed record ServiceIdentity(string Name, string ServedBy, string Instance)
{
    internal static ServiceIdentity From(IConfiguration configuration, IHostEnvironment environment)
    {
        var name = configuration["OTEL_SERVICE_NAME"] is { Length: > 0 } given ? given : environment.ApplicationName;
        return configuration["ServedBy"] is { Length: > 0 } replica
            ? new ServiceIdentity(name, replica, replica)
            : new ServiceIdentity(name, name, $"{Environment.MachineName}:{Environment.ProcessId}");
    }

    /// <summary>OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME come last and win.</summary>
    internal void AddTo(ResourceBuilder resource) =>
        resource.Clear().AddService(Name, serviceInstanceId: Instance).AddTelemetrySdk().AddEnvironmentVariableDetector();
}
