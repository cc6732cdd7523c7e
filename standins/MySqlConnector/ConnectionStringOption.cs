using System.Globalization;

namespace MySqlConnector;

/// <summary>One keyword of the connection string: its canonical name first, its synonyms, its default.</summary>
internal sealed record ConnectionStringOption(string[] Names, object Default, bool Honoured)
{
    /// <summary>In the order in which MySqlConnector renders them.</summary>
    public static readonly ConnectionStringOption[] All =
    [
        Honours("", "Server", "Host", "Data Source", "DataSource", "Address", "Addr", "Network Address"),
        Honours(3306u, "Port"),
        Honours("", "User ID", "UserID", "Username", "Uid", "User name", "User"),
        Honours("", "Password", "pwd"),
        Honours("", "Database", "Initial Catalog"),
        Knows("RoundRobin", "Load Balance", "LoadBalance"),
        Knows("Sockets", "Connection Protocol", "ConnectionProtocol", "Protocol"),
        Knows("MYSQL", "Pipe Name", "PipeName", "Pipe"),
        Honours(MySqlSslMode.Preferred, "SSL Mode", "SslMode"),
        Knows("", "Certificate File", "CertificateFile"),
        Knows("", "Certificate Password", "CertificatePassword"),
        Knows("None", "Certificate Store Location", "CertificateStoreLocation"),
        Knows("", "Certificate Thumbprint", "CertificateThumbprint"),
        Knows("", "SSL Cert", "SslCert", "Ssl-Cert"),
        Knows("", "SSL Key", "SslKey", "Ssl-Key"),
        Honours("", "SSL CA", "CA Certificate File", "CACertificateFile", "SslCa", "Ssl-Ca"),
        Knows(false, "Skip Certificate Revocation Check", "SkipCertificateRevocationCheck"),
        Knows("", "TLS Version", "TlsVersion", "Tls-Version"),
        Knows("", "TLS Cipher Suites", "TlsCipherSuites"),
        Honours(true, "Pooling"),
        Honours(0u, "Connection Lifetime", "ConnectionLifeTime"),
        Honours(true, "Connection Reset", "ConnectionReset"),
        Honours(true, "Defer Connection Reset", "DeferConnectionReset"),
        Honours(180u, "Connection Idle Timeout", "ConnectionIdleTimeout"),
        Honours(0u, "Minimum Pool Size", "Min Pool Size", "MinimumPoolSize", "minpoolsize"),
        Honours(100u, "Maximum Pool Size", "Max Pool Size", "MaximumPoolSize", "maxpoolsize"),
        Knows(0u, "DNS Check Interval", "DnsCheckInterval"),
        Knows(false, "Allow Load Local Infile", "AllowLoadLocalInfile"),
        Honours(false, "Allow Public Key Retrieval", "AllowPublicKeyRetrieval"),
        Honours(false, "Allow User Variables", "AllowUserVariables"),
        Knows(false, "Allow Zero DateTime", "AllowZeroDateTime"),
        Honours("", "Application Name", "ApplicationName"),
        Honours(true, "Auto Enlist", "AutoEnlist"),
        Honours(2, "Cancellation Timeout", "CancellationTimeout"),
        Honours("", "Character Set", "CharSet", "CharacterSet"),
        Honours(15u, "Connection Timeout", "Connect Timeout", "ConnectionTimeout"),
        Knows(false, "Convert Zero DateTime", "ConvertZeroDateTime"),
        Honours(MySqlDateTimeKind.Unspecified, "DateTime Kind", "DateTimeKind"),
        Honours(30u, "Default Command Timeout", "Command Timeout", "DefaultCommandTimeout"),
        Knows(false, "Force Synchronous", "ForceSynchronous"),
        Knows("Default", "GUID Format", "GuidFormat"),
        Knows(false, "Ignore Command Transaction", "IgnoreCommandTransaction"),
        Knows(false, "Ignore Prepare", "IgnorePrepare"),
        Knows(false, "Interactive Session", "InteractiveSession", "Interactive"),
        Honours(0u, "Keep Alive", "Keepalive"),
        Knows(false, "No Backslash Escapes", "NoBackslashEscapes"),
        Knows(false, "Old Guids", "OldGuids"),
        Honours(false, "Persist Security Info", "PersistSecurityInfo"),
        Honours(true, "Pipelining"),
        Knows("Disabled", "Server Redirection Mode", "ServerRedirectionMode"),
        Knows("", "Server RSA Public Key File", "ServerRsaPublicKeyFile"),
        Knows("", "Server SPN", "ServerSPN"),
        Honours(true, "Treat Tiny As Boolean", "TreatTinyAsBoolean"),
        Honours(false, "Use Affected Rows", "UseAffectedRows"),
        Knows(false, "Use Compression", "Compress", "UseCompression"),
        Knows(true, "Use XA Transactions", "UseXaTransactions"),
    ];

    private static readonly Dictionary<string, ConnectionStringOption> ByName =
        All.SelectMany(option => option.Names, (option, name) => (option, name)).ToDictionary(pair => pair.name, pair => pair.option, StringComparer.OrdinalIgnoreCase);

    public string Name => Names[0];

    public static ConnectionStringOption? Find(string keyword) => ByName.GetValueOrDefault(keyword.Trim());

    public static ConnectionStringOption Get(string keyword) =>
        Find(keyword) ?? throw new ArgumentException($"Option '{keyword}' not supported.");

    /// <summary>What was written, as a value of the option's own type.</summary>
    public object Read(object value)
    {
        try
        {
            return Default switch
            {
                bool when value is string text => text.Trim().ToUpperInvariant() switch
                {
                    "YES" or "1" => true,
                    "NO" or "0" => false,
                    _ => bool.Parse(text),
                },
                Enum when value is string text => Enum.Parse(Default.GetType(), text, ignoreCase: true),
                Enum => Enum.ToObject(Default.GetType(), value),
                _ => Convert.ChangeType(value, Default.GetType(), CultureInfo.InvariantCulture),
            };
        }
        catch (Exception e) when (e is FormatException or InvalidCastException or OverflowException or ArgumentException)
        {
            throw new ArgumentException($"Invalid value '{value}' for '{Name}' connection string option.", Name, e);
        }
    }

    private static ConnectionStringOption Honours(object byDefault, params string[] names) => new(names, byDefault, Honoured: true);

    private static ConnectionStringOption Knows(object byDefault, params string[] names) => new(names, byDefault, Honoured: false);
}
