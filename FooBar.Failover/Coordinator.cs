using System.Diagnostics;
using FooBar.Failover.Act;
using FooBar.Failover.Decide;
using FooBar.Failover.Journal;
using FooBar.Failover.Observe;
using Microsoft.Extensions.Options;
using MySqlConnector;
using OpenTelemetry;

namespace FooBar.Failover;

/// <summary>Observes, decides and acts, over and over. Nothing that a node does or does not answer ends the loop.</summary>
internal sealed partial class Coordinator(
    ClusterObserver observer, Actor actor, IJournal journal, ClusterStatus status,
    IOptions<FailoverOptions> options, TimeProvider clock, ILogger<Coordinator> logger) : BackgroundService
{
    /// <summary>How long a failed action rests before it is tried again, unless the decision changes.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    private static readonly ActivitySource Activities = new("FooBar.Failover");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        LogJournal(options.Value.JournalPath, journal.Current);
        while (!stoppingToken.IsCancellationRequested)
        {
            var failed = await CycleAsync(stoppingToken);
            await Task.Delay(failed ? Rest : options.Value.PollInterval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> CycleAsync(CancellationToken cancellationToken)
    {
        ClusterView seen;
        using (SuppressInstrumentationScope.Begin())
        {
            seen = await observer.ObserveAsync(cancellationToken);
        }

        var decision = FailoverRules.Decide(seen, journal.Current, options.Value);
        if (status.Report(seen, journal.Current, decision))
        {
            LogDecision(decision is Hold ? LogLevel.Warning : LogLevel.Information, decision.Kind, decision.Reason);
        }

        if (decision is Steady or Hold)
        {
            return false;
        }

        using var activity = Activities.StartActivity(decision.Kind);
        activity?.SetTag("failover.reason", decision.Reason);
        try
        {
            await actor.ActAsync(decision, cancellationToken);
            return false;
        }
        catch (Exception e) when (e is ActionException or JournalException or MySqlException or TimeoutException or IOException or FormatException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            if (status.ReportFailure(e.Message))
            {
                LogFailure(decision.Kind, e.Message);
            }

            return true;
        }
    }

    [LoggerMessage(3001, LogLevel.Information, "The journal {Path} says: {Entry}")]
    private partial void LogJournal(string path, JournalEntry entry);

    [LoggerMessage(EventId = 3002, Message = "{Kind}: {Reason}")]
    private partial void LogDecision(LogLevel level, string kind, string reason);

    [LoggerMessage(3003, LogLevel.Warning, "{Kind} did not succeed and is decided anew: {Failure}")]
    private partial void LogFailure(string kind, string failure);
}
