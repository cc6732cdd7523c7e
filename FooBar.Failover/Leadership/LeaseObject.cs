using System.Globalization;
using System.Text.Json.Nodes;

namespace FooBar.Failover.Leadership;

/// <summary>A Lease of coordination.k8s.io/v1, with all that it holds beside what is read here.</summary>
internal sealed class LeaseObject(JsonObject json)
{
    private readonly JsonObject spec = json["spec"] as JsonObject ?? [];

    /// <summary>Who holds it; null when it is free.</summary>
    public string? Holder => spec["holderIdentity"]?.GetValue<string>() is { Length: > 0 } holder ? holder : null;

    /// <summary>For how long its holder may count on it after each renewal.</summary>
    public TimeSpan Duration => TimeSpan.FromSeconds(spec["leaseDurationSeconds"]?.GetValue<int>() ?? 0);

    /// <summary>All that a holder writes: while it stays the same, nobody has renewed.</summary>
    public string Content => spec.ToJsonString();

    /// <summary>The same lease, renewed by its holder or taken by a new one. Its times are for people.</summary>
    public JsonObject HeldBy(string identity, TimeSpan duration, DateTimeOffset now) => With(changed =>
    {
        var time = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        if (Holder != identity)
        {
            changed["holderIdentity"] = identity;
            changed["acquireTime"] = time;
            changed["leaseTransitions"] = (spec["leaseTransitions"]?.GetValue<int>() ?? 0) + 1;
        }

        changed["renewTime"] = time;
        changed["leaseDurationSeconds"] = (int)duration.TotalSeconds;
    });

    public JsonObject Free() => With(changed => changed.Remove("holderIdentity"));

    private JsonObject With(Action<JsonObject> change)
    {
        var copy = (JsonObject)json.DeepClone();
        if (copy["spec"] is not JsonObject changed)
        {
            copy["spec"] = changed = [];
        }

        change(changed);
        return copy;
    }
}
