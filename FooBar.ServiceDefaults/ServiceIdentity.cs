using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace FooBar.ServiceDefaults;

/// <summary>Who this process is, to other services and to telemetry: <c>web-1</c>, <c>gateway-2</c>.</summary>
/// <param name="Name">OTEL_SERVICE_NAME; the application's name where that is not set.</param>
/// <param name="Instance">This one process; service.instance.id in OTEL_RESOURCE_ATTRIBUTES takes its place in telemetry.</param>
public sealed record ServiceIdentity(string Name, string Instance)
{
    internal static ServiceIdentity From(IConfiguration configuration, IHostEnvironment environment) => new(
        configuration["OTEL_SERVICE_NAME"] is { Length: > 0 } name ? name : environment.ApplicationName,
        $"{Environment.MachineName}:{Environment.ProcessId}");
}
