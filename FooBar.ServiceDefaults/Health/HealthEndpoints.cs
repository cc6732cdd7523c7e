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

    /// <summary>The answer's status in a header of either, for who reads no bodies: healthy, <see cref="Degraded"/> or unhealthy.</summary>
    public const string StatusHeader = "X-Health-Status";

    /// <summary>Ready, and something is missing that part of the requests need.</summary>
    public const string Degraded = "degraded";

    /// <summary>
    /// Maps <c>/health</c> and <c>/alive</c>, in every environment. The answer names each check and its status and nothing
    /// more: reasons are for the log.
    /// </summary>
    public static TEndpoints MapDefaultEndpoints<TEndpoints>(this TEndpoints endpoints)
        where TEndpoints : IEndpointRouteBuilder
    {
        var log = endpoints.ServiceProvider.GetRequiredService<HealthLog>();
        endpoints.MapHealth(ReadyPath, log, _ => true);
        endpoints.MapHealth(LivePath, log, check => check.Tags.Contains(HealthServiceCollectionExtensions.LiveTag));
        return endpoints;
    }

    private static void MapHealth(
        this IEndpointRouteBuilder endpoints, string path, HealthLog log, Func<HealthCheckRegistration, bool> predicate) =>
        endpoints.MapHealthChecks(path, new HealthCheckOptions
        {
            Predicate = predicate,
            ResponseWriter = (context, report) =>
            {
                log.Note(report);
                var answer = HealthAnswer.From(report);
                context.Response.Headers[StatusHeader] = answer.Status;
                return context.Response.WriteAsJsonAsync(answer, context.RequestAborted);
            },
        }).DisableHttpMetrics();
}

/// <summary>What a probe is told.</summary>
internal sealed record HealthAnswer(string Status, IReadOnlyDictionary<string, string> Checks)
{
    public static HealthAnswer From(HealthReport report) => new(
        Word(report.Status),
        report.Entries.ToDictionary(entry => entry.Key, entry => Word(entry.Value.Status)));

    private static string Word(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => HealthEndpoints.Degraded,
        _ => "unhealthy",
    };
}
