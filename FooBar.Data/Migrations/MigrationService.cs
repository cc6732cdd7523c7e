using FooBar.Data.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FooBar.Data.Migrations;

/// <summary>Brings the schema up to date, trying again for as long as the application runs.</summary>
internal sealed partial class MigrationService(MigrationRunner runner, SchemaReadiness readiness, TimeProvider clock, ILogger<MigrationService> logger)
    : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200), LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan QuietFor = TimeSpan.FromSeconds(10);

    private string? _loggedReason;
    private long _loggedAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            for (var pause = FirstPause; await TryAsync(stoppingToken) is { } reason; pause = Shorter(pause * 2, LongestPause))
            {
                readiness.WaitsBecause(reason);
                LogNowAndThen(reason);
                await Task.Delay(pause, clock, stoppingToken);
            }

            readiness.IsReady();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The application stops.
        }
        catch (MigrationException e)
        {
            // Trying again would not help: the application stays up to tell why it is not ready.
            readiness.WaitsBecause(e.Message);
            LogContradiction(e.Message);
        }
    }

    private async Task<string?> TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await runner.IsCurrentAsync(cancellationToken) ? null : await runner.ApplyAsync(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && (e is DatabaseUnavailableException || MySqlFailure.IsFromDatabase(e)))
        {
            return e.Message;
        }
    }

    private void LogNowAndThen(string reason)
    {
        if (reason != _loggedReason || clock.GetElapsedTime(_loggedAt) > QuietFor)
        {
            (_loggedReason, _loggedAt) = (reason, clock.GetTimestamp());
            LogNotYet(reason);
        }
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    [LoggerMessage(5102, LogLevel.Information, "The schema is not ready: {Reason}")]
    private partial void LogNotYet(string reason);

    [LoggerMessage(5103, LogLevel.Error, "The schema cannot be brought up to date: {Reason}")]
    private partial void LogContradiction(string reason);
}
