using FooBar.ServiceDefaults.Health;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FooBar.ServiceDefaults;

public static class HealthEndpoints
{
    /// <summary>Ready: every check. 503 as soon as one is unhealthy or the process drains.</summary>
    public const string ReadyPath = "/health";

    /// <summary>Live: the checks tagged "live", which ask no other process.</summary>
    public const string LivePath = "/alive";

    /// <summary>Header of both answers: healthy, <see cref="Degraded"/> or unhealthy.</summary>
    public const string StatusHeader = "X-Health-Status";

    /// <summary>Ready, but a check reports something missing that part of the requests need.</summary>
    public const string Degraded = "degraded";

    internal static void MapHealth(this IEndpointRouteBuilder endpoints, string path, Func<HealthCheckRegistration, bool> predicate)
    {
        var log = endpoints.ServiceProvider.GetRequiredService<HealthLog>();
        endpoints.MapHealthChecks(path, new HealthCheckOptions
        {
            Predicate = predicate,
            ResponseWriter = (context, report) =>
            {
                log.Note(report);
                context.Response.Headers[StatusHeader] = Word(report.Status);
                return context.Response.WriteAsJsonAsync(
                    new { Status = Word(report.Status), Checks = report.Entries.ToDictionary(entry => entry.Key, entry => Word(entry.Value.Status)) },
                    context.RequestAborted);
            },
        }).DisableHttpMetrics();
    }

    private static string Word(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => Degraded,
        _ => "unhealthy",
    };
}
