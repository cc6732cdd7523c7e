using System.Globalization;

namespace FooBar.Data.Topology;

/// <summary>Where a node answers. It identifies the node within one process; its name it tells itself.</summary>
public sealed record NodeEndpoint(string Host, int Port)
{
    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
