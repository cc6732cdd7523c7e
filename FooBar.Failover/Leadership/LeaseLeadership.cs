using FooBar.Failover.Kubernetes;
using k8s.Models;
using Microsoft.Extensions.Options;
using OpenTelemetry;

namespace FooBar.Failover.Leadership;

/// <summary>Leads while it holds a Lease of Kubernetes and renews it in time.</summary>
internal sealed partial class LeaseLeadership(ApiServer api, IOptions<FailoverOptions> options, TimeProvider clock, ILogger<LeaseLeadership> logger)
    : ILeadership, IDisposable
{
    private const string NotInTime = "it was not renewed in time";

    private readonly KubernetesOptions settings = options.Value.Kubernetes;
    private readonly CancellationTokenSource releasing = new();

    // Of this process alone: a container that is started anew in the same pod is another holder than the one before.
    private readonly string identity = $"{options.Value.Kubernetes.Identity}_{Guid.NewGuid():N}";

    private volatile LeaseTerm? term;
    private volatile string? leader;
    private V1Lease? lease;
    private Task renewing = Task.CompletedTask;
    private string failure = NotInTime;

    public bool Leads => term is { Held: true };

    public string? Leader => leader;

    public CancellationToken Lost => term?.Lost ?? CancellationToken.None;

    public async Task AcquireAsync(CancellationToken cancellationToken)
    {
        using var quiet = SuppressInstrumentationScope.Begin();
        var candidate = new LeaseCandidate(api, identity, settings.LeaseDuration, clock);
        while (true)
        {
            var sent = clock.GetTimestamp();
            if (await LookAsync(candidate, cancellationToken) is { } taken)
            {
                lease = taken;
                term = new LeaseTerm(sent, settings.RenewDeadline, clock);
                renewing = RenewAsync(term);
                LogLeads(api.Lease, identity);
                return;
            }

            await Task.Delay(settings.RetryInterval, clock, cancellationToken);
        }
    }

    public void Demand()
    {
        if (!Leads)
        {
            throw new SteppedDownException(term is null
                ? $"This coordinator does not hold the {api.Lease}."
                : $"The {api.Lease} is lost ({failure}); this coordinator stops acting, because another one may lead.");
        }
    }

    public async Task ReleaseAsync()
    {
        await releasing.CancelAsync();
        await renewing;
        if (!Leads)
        {
            return;
        }

        using var quiet = SuppressInstrumentationScope.Begin();
        failure = "it was released";
        term!.End();
        try
        {
            var held = await api.ReadLeaseAsync(CancellationToken.None);
            if (held.Holder() == identity)
            {
                await api.ReplaceLeaseAsync(held.Free(), CancellationToken.None);
                LogReleased(api.Lease);
            }
        }
        catch (ApiServerException e)
        {
            LogNotReleased(api.Lease, settings.LeaseDuration.TotalSeconds, e.Message);
        }
    }

    public void Dispose()
    {
        releasing.Dispose();
        term?.Dispose();
    }

    /// <returns>The lease, if this process has just taken it.</returns>
    private async Task<V1Lease?> LookAsync(LeaseCandidate candidate, CancellationToken cancellationToken)
    {
        try
        {
            var seen = await candidate.TryAsync(cancellationToken);
            if (seen.Holder() == identity)
            {
                leader = null;
                return seen;
            }

            if (leader != seen.Holder())
            {
                leader = seen.Holder();
                LogWaits(leader, api.Lease);
            }
        }
        catch (ApiServerException e) when (e.Refused)
        {
            throw new SteppedDownException($"{e.Message}; {(e.Absent ? "the deployment makes this Lease: apply it" : "give the coordinator's service account the verbs get and update on it")}.", e);
        }
        catch (ApiServerException e)
        {
            leader = null;
            Note(e);
        }

        return null;
    }

    private async Task RenewAsync(LeaseTerm current)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(releasing.Token, current.Lost);
        while (true)
        {
            await Task.Delay(settings.RetryInterval, clock, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested || !current.Held)
            {
                return;
            }

            try
            {
                await RenewOnceAsync(current);
            }
            catch (ApiServerException e)
            {
                Note(e);
                lease = null;
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // After a renewal that did not succeed the lease is read first: it may have been renewed nevertheless, or be another one's.
    private async Task RenewOnceAsync(LeaseTerm current)
    {
        lease ??= await api.ReadLeaseAsync(current.Lost);
        if (lease.Holder() == identity)
        {
            var sent = clock.GetTimestamp();
            try
            {
                lease = await api.ReplaceLeaseAsync(lease.HeldBy(identity, settings.LeaseDuration, clock.GetUtcNow()), current.Lost);
                current.Renew(sent);
                failure = NotInTime;
                return;
            }
            catch (ApiServerException e) when (e.Conflict)
            {
                lease = await api.ReadLeaseAsync(current.Lost);
            }
        }

        if (lease.Holder() != identity)
        {
            failure = $"{lease.Holder() ?? "nobody"} holds it";
            current.End();
        }
    }

    private void Note(ApiServerException e)
    {
        if (!e.Conflict && failure != e.Message)
        {
            LogFailure(api.Lease, e.Message);
        }

        failure = e.Message;
    }

    [LoggerMessage(3010, LogLevel.Information, "{Leader} leads; this coordinator waits for the {Lease}.")]
    private partial void LogWaits(string? leader, string lease);

    [LoggerMessage(3011, LogLevel.Information, "This coordinator leads: it holds the {Lease} as {Identity}.")]
    private partial void LogLeads(string lease, string identity);

    [LoggerMessage(3012, LogLevel.Warning, "The {Lease} could not be read or renewed and is tried again: {Failure}")]
    private partial void LogFailure(string lease, string failure);

    [LoggerMessage(3013, LogLevel.Information, "The {Lease} is released; another coordinator may lead at once.")]
    private partial void LogReleased(string lease);

    [LoggerMessage(3014, LogLevel.Warning, "The {Lease} could not be released, so the next coordinator waits {Seconds} s for it: {Failure}")]
    private partial void LogNotReleased(string lease, double seconds, string failure);
}
