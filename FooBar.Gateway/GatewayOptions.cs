namespace FooBar.Gateway;

/// <summary>Settings of a gateway: section <c>Gateway</c>, in the environment <c>Gateway__HttpPort</c> and so on.</summary>
public sealed class GatewayOptions
{
    public const string Section = "Gateway";

    /// <summary>
    /// The application to forward to. Its replicas are the addresses that service discovery has for the names
    /// <c>web</c> and <c>web-1</c>, <c>web-2</c>, ...
    /// </summary>
    public string Application { get; set; } = "web";

    /// <summary>What a host name in one of those addresses stands for: one replica, or as many as it has addresses.</summary>
    public ReplicaDiscovery Discovery { get; set; }

    public DnsOptions Dns { get; set; } = new();

    /// <summary>Where the public ports listen: <c>localhost</c>, <c>any</c>, or an IP address.</summary>
    public string Address { get; set; } = "localhost";

    public int HttpPort { get; set; } = 8080;

    public int HttpsPort { get; set; } = 8443;

    /// <summary>Health of the gateway itself. Every gateway of a machine has a port of its own.</summary>
    public int ManagementPort { get; set; } = 8404;

    /// <summary>
    /// Where the management port listens, as <see cref="Address"/>. Wherever probes come from another machine, keep clients away
    /// from it by other means.
    /// </summary>
    public string ManagementAddress { get; set; } = "localhost";

    /// <summary>For how long a forwarded request may pass without a byte in either direction before it is given up with 504.</summary>
    public TimeSpan SilenceLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether a write that a replica did not answer is asked of another one under the same <c>Idempotency-Key</c>, which the gateway
    /// adds where the client sent none. The application has to carry out a key once; FooBar.Web does.
    /// </summary>
    public bool RepeatWrites { get; set; } = true;

    public CertificateOptions Certificate { get; set; } = new();
}

public enum ReplicaDiscovery
{
    /// <summary>Every configured address is one replica, whatever is behind it. The default.</summary>
    Configuration,

    /// <summary>
    /// Every address that a configured host name resolves to is a replica of its own, and the gateway follows them as they
    /// come and go: for a name that lists its members, such as a headless Service.
    /// </summary>
    Dns,
}

/// <summary>How names are followed with <see cref="ReplicaDiscovery.Dns"/>.</summary>
public sealed class DnsOptions
{
    /// <summary>The pause between an answer and the next question.</summary>
    public TimeSpan RefreshPeriod { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>For how long an answer is awaited before the last good one is taken instead.</summary>
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromSeconds(1);
}

/// <summary>
/// The certificate of the https port. Files that are replaced while the gateway runs are picked up within a minute, for new
/// connections. Without a path a development certificate is made and kept.
/// </summary>
public sealed class CertificateOptions
{
    /// <summary>A PKCS #12 file, or the PEM file of the certificate and its chain if <see cref="KeyPath"/> is given.</summary>
    public string? Path { get; set; }

    /// <summary>The PEM file of the private key.</summary>
    public string? KeyPath { get; set; }

    /// <summary>Of the PKCS #12 file or of the private key, if they have one.</summary>
    public string? Password { get; set; }
}
