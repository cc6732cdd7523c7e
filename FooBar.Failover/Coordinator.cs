using System.Diagnostics;
using FooBar.Failover.Act;
using FooBar.Failover.Decide;
using FooBar.Failover.Journal;
using FooBar.Failover.Leadership;
using FooBar.Failover.Observe;
using FooBar.Failover.Operate;
using FooBar.ServiceDefaults.Startup;
using Microsoft.Extensions.Options;
using MySqlConnector;

namespace FooBar.Failover;

/// <summary>
/// Observes, decides and acts, over and over, while this process leads. Nothing that a node does or does not answer ends the loop;
/// a journal that cannot be trusted or a lead that is lost ends the process.
/// </summary>
internal sealed partial class Coordinator(
    ClusterObserver observer, Actor actor, IJournal journal, ILeadership leadership, ClusterStatus status, OperatorDesk desk, ProcessEnd end,
    IHostApplicationLifetime lifetime, IOptions<FailoverOptions> options, TimeProvider clock, ILogger<Coordinator> logger) : BackgroundService
{
    /// <summary>How long a failed action rests before it is tried again, unless the decision changes.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    private static readonly ActivitySource Activities = new("FooBar.Failover");

    private (Decision Decision, long Since)? resting;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Before the web server drains: whoever comes next need not wait for that.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        try
        {
            await leadership.AcquireAsync(stopping.Token);
            await LeadAsync(stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        catch (Exception e) when (e is SteppedDownException or JournalException)
        {
            end.Because(e.Message);
        }
        finally
        {
            await leadership.ReleaseAsync();
        }
    }

    private async Task LeadAsync(CancellationToken stopping)
    {
        using var term = CancellationTokenSource.CreateLinkedTokenSource(stopping, leadership.Lost);
        try
        {
            await journal.OpenAsync(term.Token);
            LogJournal(journal.Place, journal.Current);
            while (true)
            {
                await CycleAsync(term.Token);
                await PauseAsync(term.Token);
            }
        }
        catch (Exception e) when (e is not SteppedDownException && !stopping.IsCancellationRequested)
        {
            leadership.Demand(); // has the reason, if the lead is what was lost
            throw;
        }
    }

    private async Task CycleAsync(CancellationToken cancellationToken)
    {
        var seen = await observer.ObserveAsync(cancellationToken);
        var decision = desk.TryTake(out var request) ? request.Command.Decide(seen, journal.Current) : FailoverRules.Decide(seen, journal.Current, options.Value);
        if (status.Report(seen, journal.Current, decision))
        {
            LogDecision(decision is Hold ? LogLevel.Warning : LogLevel.Information, decision.Kind, decision.Reason);
        }

        if (request is null && IsResting(decision))
        {
            return;
        }

        var failure = await ActAsync(decision, cancellationToken);
        resting = failure is null ? null : (decision, clock.GetTimestamp());
        if (failure is not null && status.ReportFailure(failure))
        {
            LogFailure(decision.Kind, failure);
        }

        request?.Answered.TrySetResult(new OperatorDesk.Answer(decision, failure));
    }

    // What has just failed fails again, as a rule; but everything else that may be seen meanwhile is acted upon at once.
    private bool IsResting(Decision decision) => resting is { } last && clock.GetElapsedTime(last.Since) < Rest
        && decision with { Reason = "" } == last.Decision with { Reason = "" };

    /// <returns>Why it did not succeed; null when it did.</returns>
    private async Task<string?> ActAsync(Decision decision, CancellationToken cancellationToken)
    {
        if (decision is Steady or Hold)
        {
            return null;
        }

        using var activity = Activities.StartActivity(decision.Kind);
        activity?.SetTag("failover.reason", decision.Reason);
        try
        {
            await actor.ActAsync(decision, cancellationToken);
            return null;
        }
        catch (Exception e) when (e is ActionException or JournalException or MySqlException or TimeoutException or IOException or FormatException
            or InvalidOperationException // a statement on a connection that was lost by the one before
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            return e.Message;
        }
    }

    // Whoever asks does not wait for the next turn.
    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Task.Delay(options.Value.PollInterval, clock, over.Token), desk.WaitAsync(over.Token));
        await over.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    [LoggerMessage(3001, LogLevel.Information, "The journal {Place} says: {Entry}")]
    private partial void LogJournal(string place, JournalEntry entry);

    [LoggerMessage(EventId = 3002, Message = "{Kind}: {Reason}")]
    private partial void LogDecision(LogLevel level, string kind, string reason);

    [LoggerMessage(3003, LogLevel.Warning, "{Kind} did not succeed and is decided anew: {Failure}")]
    private partial void LogFailure(string kind, string failure);
}
