using System.Collections.Immutable;
using System.Globalization;
using MySqlConnector;

namespace FooBar.Data.Topology;

/// <summary>
/// A connection string that names every node of a cluster,
/// <c>Server=mysql-1:3306,mysql-2:3306;Database=foobar;User ID=...;Password=...;SslMode=Required</c>, and the ordinary
/// MySqlConnector connection strings it stands for, one per node.
/// </summary>
/// <remarks>
/// MySqlConnector's own lists of hosts share one port and one pool, and choose a host by themselves; here the topology
/// decides which node is asked.
/// </remarks>
public sealed class ClusterConnectionString
{
    private const int DefaultPort = 3306;

    private ClusterConnectionString(ImmutableArray<(NodeEndpoint, string)> nodes) => Nodes = nodes;

    /// <summary>The nodes in the order in which they were written, each with its own connection string.</summary>
    public ImmutableArray<(NodeEndpoint Endpoint, string ConnectionString)> Nodes { get; }

    /// <summary>Splits the connection string.</summary>
    /// <param name="name">The name that the string is configured under; it appears in messages.</param>
    /// <param name="value">The connection string.</param>
    /// <exception cref="FormatException">
    /// What is wrong, in one sentence. It quotes nothing but hosts: any other part may hold a piece of a password.
    /// </exception>
    public static ClusterConnectionString Parse(string name, string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            throw Mistake(name, "is missing");
        }

        var settings = Settings(name, value);
        var nodes = settings.Server.Split(',', StringSplitOptions.TrimEntries)
            .Select(host => Endpoint(name, host, (int)settings.Port))
            .ToImmutableArray();
        if (nodes.GroupBy(node => node).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw Mistake(name, $"names {twice.Key} twice");
        }

        return new([.. nodes.Select(node => (node, For(node, settings)))]);
    }

    private static MySqlConnectionStringBuilder Settings(string name, string value)
    {
        try
        {
            var settings = new MySqlConnectionStringBuilder(value);
            return settings.Server.Length > 0 ? settings : throw Mistake(name, "names no server");
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or KeyNotFoundException)
        {
            // Not as inner exception: its message may quote the part of the string that it did not understand.
            throw Mistake(name, "has an option that MySqlConnector does not know, or a value that needs quotes");
        }
    }

    private static NodeEndpoint Endpoint(string name, string text, int defaultPort)
    {
        var colon = text.LastIndexOf(':');
        var isBareIPv6 = colon >= 0 && text.IndexOf(':', StringComparison.Ordinal) != colon && !text.Contains(']', StringComparison.Ordinal);
        var hasPort = colon > text.LastIndexOf(']') && !isBareIPv6;
        var host = (hasPort ? text[..colon] : text).Trim('[', ']', ' ');
        var port = defaultPort == 0 ? DefaultPort : defaultPort;
        if (hasPort && !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port))
        {
            port = 0;
        }

        return host.Length > 0 && port is >= 1 and <= 65535
            ? new NodeEndpoint(host, port)
            : throw Mistake(name, $"has '{text}' where host:port is expected");
    }

    private static string For(NodeEndpoint node, MySqlConnectionStringBuilder settings) =>
        new MySqlConnectionStringBuilder(settings.ConnectionString) { Server = node.Host, Port = (uint)node.Port }.ConnectionString;

    private static FormatException Mistake(string name, string what) => new(
        $"The connection string '{name}' {what}; set ConnectionStrings:{name} to "
        + "'Server=host:port,host:port;Database=...;User ID=...;Password=...;SslMode=Required'.");
}
