using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FooBar.AppHost.Running;

/// <summary>
/// Writes one line to the AppHost's console when a resource fails. Without it a failure is seen on the dashboard only.
/// A resource that a person stops is no failure.
/// </summary>
internal sealed partial class ResourceFailures(
    ResourceNotificationService notifications, ResourceLoggerService consoles, IHostApplicationLifetime lifetime, ILogger<ResourceFailures> logger) : BackgroundService
{
    private static readonly TimeSpan ReadConsoleWithin = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        var before = new Dictionary<string, string?>();
        try
        {
            await foreach (var change in notifications.WatchAsync(ending.Token))
            {
                var last = before.GetValueOrDefault(change.ResourceId);
                before[change.ResourceId] = change.Snapshot.State?.Text;
                if (last != change.Snapshot.State?.Text && last != KnownResourceStates.Stopping && Failure(change.Snapshot) is { } failure)
                {
                    LogFailure(change.Resource.Name, failure, await LastLineAsync(change.Resource, ending.Token));
                }
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The application ends; so do its resources, and that is no failure.
        }
    }

    /// <summary>What happened to a resource that failed; null for one that did not.</summary>
    internal static string? Failure(CustomResourceSnapshot snapshot) => snapshot.State?.Text switch
    {
        "FailedToStart" => "did not start",
        "RuntimeUnhealthy" => "does not start, because the container engine does not answer",
        "Exited" or "Finished" when snapshot.ExitCode is > 0 and var code => $"ended with exit code {code}",
        _ => null,
    };

    private async Task<string> LastLineAsync(IResource resource, CancellationToken cancellationToken)
    {
        var last = "";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ReadConsoleWithin);
        try
        {
            await foreach (var lines in consoles.GetAllAsync(resource).WithCancellation(limit.Token))
            {
                last = lines.Select(line => line.Content.Trim()).LastOrDefault(text => text.Length > 0, last);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // What was read until now is enough.
        }

        return last.Length > 0 ? last : "it wrote nothing";
    }

    [LoggerMessage(4003, LogLevel.Error, "{Resource} {Failure}. Its last line: {LastLine}")]
    private partial void LogFailure(string resource, string failure, string lastLine);
}
