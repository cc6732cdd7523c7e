using System.Collections.Concurrent;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace FooBar.ServiceDefaults.Health;

/// <summary>Logs a check when its status changes, with the reason that the answer to the probe keeps to itself.</summary>
internal sealed partial class HealthLog(ILogger<HealthLog> logger)
{
    private readonly ConcurrentDictionary<string, HealthStatus> _last = new();

    public void Note(HealthReport report)
    {
        foreach (var (name, entry) in report.Entries)
        {
            // A check that has never been seen counts as healthy: only bad news is worth a first line.
            var before = HealthStatus.Healthy;
            _last.AddOrUpdate(name, entry.Status, (_, last) =>
            {
                before = last;
                return entry.Status;
            });

            if (before == entry.Status)
            {
                continue;
            }

            if (entry.Status == HealthStatus.Healthy)
            {
                Recovered(name);
            }
            else
            {
                Worsened(name, entry.Status, entry.Description ?? entry.Exception?.Message ?? "no reason given");
            }
        }
    }

    [LoggerMessage(100, LogLevel.Information, "Health check {Check} is healthy again.")]
    private partial void Recovered(string check);

    [LoggerMessage(101, LogLevel.Warning, "Health check {Check} is {Status}: {Reason}")]
    private partial void Worsened(string check, HealthStatus status, string reason);
}
