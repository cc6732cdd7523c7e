using k8s.Models;

namespace FooBar.Failover.Leadership;

/// <summary>What a coordinator reads from a Lease and writes into it.</summary>
internal static class LeaseExtensions
{
    /// <summary>Who holds it; null when it is free.</summary>
    public static string? Holder(this V1Lease lease) => lease.Spec?.HolderIdentity is { Length: > 0 } holder ? holder : null;

    /// <summary>For how long its holder may count on it after each renewal.</summary>
    public static TimeSpan Duration(this V1Lease lease) => TimeSpan.FromSeconds(lease.Spec?.LeaseDurationSeconds ?? 0);

    /// <summary>The same lease, renewed by its holder or taken by a new one. Its times are for people.</summary>
    public static V1Lease HeldBy(this V1Lease lease, string identity, TimeSpan duration, DateTimeOffset now)
    {
        var spec = (lease.Spec ?? new V1LeaseSpec()) with { RenewTime = Time(now), LeaseDurationSeconds = (int)duration.TotalSeconds };
        return lease with
        {
            Spec = lease.Holder() == identity ? spec : spec with
            {
                HolderIdentity = identity,
                AcquireTime = spec.RenewTime,
                LeaseTransitions = (spec.LeaseTransitions ?? 0) + 1,
            },
        };
    }

    public static V1Lease Free(this V1Lease lease) => lease with { Spec = lease.Spec with { HolderIdentity = null } };

    // The client writes a whole second without a fraction; the API server demands six digits (MicroTime) and answers 400.
    private static DateTime Time(DateTimeOffset now) =>
        now.Ticks % TimeSpan.TicksPerSecond < TimeSpan.TicksPerMicrosecond ? now.UtcDateTime.AddMicroseconds(1) : now.UtcDateTime;
}
