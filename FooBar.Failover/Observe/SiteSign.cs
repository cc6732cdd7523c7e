namespace FooBar.Failover.Observe;

/// <summary>What a node has heard of one host of the site: statements of the application's account.</summary>
/// <param name="HeardAt">When the latest came.</param>
/// <param name="Since">Since when they come without a pause that is longer than <see cref="Pause"/>.</param>
public sealed record SiteSign(DateTimeOffset HeardAt, DateTimeOffset Since)
{
    /// <summary>The site probes every node it reaches twice a second.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>For how long it came without a pause.</summary>
    public TimeSpan Lasted => HeardAt - Since;
}
