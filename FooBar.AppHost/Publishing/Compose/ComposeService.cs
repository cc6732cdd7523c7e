namespace FooBar.AppHost.Publishing.Compose;

/// <summary>A service of a compose file: one container. What all have in common makes them as restricted as the pods in Kubernetes.</summary>
internal sealed record ComposeService
{
    public required string Image { get; init; }

    public IReadOnlyList<string>? Command { get; init; }

    public string Restart { get; } = "unless-stopped";

    public required string User { get; init; }

    public bool ReadOnly { get; } = true;

    public IReadOnlyList<string> CapDrop { get; } = ["ALL"];

    public IReadOnlyList<string> SecurityOpt { get; } = ["no-new-privileges:true"];

    public required string MemLimit { get; init; }

    public string? StopGracePeriod { get; init; }

    public required IReadOnlyList<string> Tmpfs { get; init; }

    // In a network without a way out the name of a container that is gone is looked up for 20 s. A replica does not stop, and is not
    // promoted, while it tries to reach that name.
    public IReadOnlyList<string> DnsOpt { get; } = ["timeout:1", "attempts:1"];

    public required IReadOnlyDictionary<string, NetworkUse> Networks { get; init; }

    public IReadOnlyList<string>? Ports { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public IReadOnlyList<string>? Volumes { get; init; }

    /// <param name="Aliases">Further names that the container has in the network.</param>
    public sealed record NetworkUse(IReadOnlyList<string>? Aliases = null);
}
