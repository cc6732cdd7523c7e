using FooBar.Failover.Kubernetes;
using k8s.Models;

namespace FooBar.Failover.Leadership;

/// <summary>
/// Waits for a lease. A holder has lost it when the lease has not changed for its duration, measured from when this process first
/// saw it so, on this process's own clock: no two hosts' clocks are compared, and a holder's own count began earlier.
/// </summary>
internal sealed class LeaseCandidate(ApiServer api, string identity, TimeSpan duration, TimeProvider clock)
{
    private V1LeaseSpec? content;
    private long unchangedSince;

    /// <summary>Looks once, and takes the lease if it may.</summary>
    /// <returns>The lease, as it is taken or as another one holds it.</returns>
    /// <exception cref="ApiServerException">It could not be read or taken.</exception>
    public async Task<V1Lease> TryAsync(CancellationToken cancellationToken)
    {
        var seen = await api.ReadLeaseAsync(cancellationToken);
        var spec = seen.Spec ?? new V1LeaseSpec();
        if (spec != content)
        {
            (content, unchangedSince) = (spec, clock.GetTimestamp());
        }

        // The longer one of both durations: the holder may run with other settings, and a broken lease may say none.
        var expires = seen.Duration() > duration ? seen.Duration() : duration;
        var free = seen.Holder() is null || seen.Holder() == identity; // its own: an earlier answer got lost
        return free || clock.GetElapsedTime(unchangedSince) >= expires
            ? await api.ReplaceLeaseAsync(seen.HeldBy(identity, duration, clock.GetUtcNow()), cancellationToken)
            : seen;
    }
}
