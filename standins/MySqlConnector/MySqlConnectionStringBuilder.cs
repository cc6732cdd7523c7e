using System.Collections;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace MySqlConnector;

public sealed class MySqlConnectionStringBuilder : DbConnectionStringBuilder
{
    public MySqlConnectionStringBuilder()
    {
    }

    public MySqlConnectionStringBuilder(string? connectionString) => ConnectionString = connectionString;

    [AllowNull]
    public string Server { get => Read<string>("Server"); set => Write("Server", value); }

    public uint Port { get => Read<uint>("Port"); set => Write("Port", value); }

    [AllowNull]
    public string UserID { get => Read<string>("User ID"); set => Write("User ID", value); }

    [AllowNull]
    public string Password { get => Read<string>("Password"); set => Write("Password", value); }

    [AllowNull]
    public string Database { get => Read<string>("Database"); set => Write("Database", value); }

    public MySqlSslMode SslMode { get => Read<MySqlSslMode>("SSL Mode"); set => Write("SSL Mode", value); }

    [AllowNull]
    public string SslCa { get => Read<string>("SSL CA"); set => Write("SSL CA", value); }

    public bool Pooling { get => Read<bool>("Pooling"); set => Write("Pooling", value); }

    public uint ConnectionLifeTime { get => Read<uint>("Connection Lifetime"); set => Write("Connection Lifetime", value); }

    public bool ConnectionReset { get => Read<bool>("Connection Reset"); set => Write("Connection Reset", value); }

    public uint ConnectionIdleTimeout { get => Read<uint>("Connection Idle Timeout"); set => Write("Connection Idle Timeout", value); }

    public uint MinimumPoolSize { get => Read<uint>("Minimum Pool Size"); set => Write("Minimum Pool Size", value); }

    public uint MaximumPoolSize { get => Read<uint>("Maximum Pool Size"); set => Write("Maximum Pool Size", value); }

    public bool AllowPublicKeyRetrieval { get => Read<bool>("Allow Public Key Retrieval"); set => Write("Allow Public Key Retrieval", value); }

    public bool AllowUserVariables { get => Read<bool>("Allow User Variables"); set => Write("Allow User Variables", value); }

    [AllowNull]
    public string ApplicationName { get => Read<string>("Application Name"); set => Write("Application Name", value); }

    public bool AutoEnlist { get => Read<bool>("Auto Enlist"); set => Write("Auto Enlist", value); }

    public int CancellationTimeout { get => Read<int>("Cancellation Timeout"); set => Write("Cancellation Timeout", value); }

    [AllowNull]
    public string CharacterSet { get => Read<string>("Character Set"); set => Write("Character Set", value); }

    public uint ConnectionTimeout { get => Read<uint>("Connection Timeout"); set => Write("Connection Timeout", value); }

    public MySqlDateTimeKind DateTimeKind { get => Read<MySqlDateTimeKind>("DateTime Kind"); set => Write("DateTime Kind", value); }

    public uint DefaultCommandTimeout { get => Read<uint>("Default Command Timeout"); set => Write("Default Command Timeout", value); }

    public uint Keepalive { get => Read<uint>("Keep Alive"); set => Write("Keep Alive", value); }

    public bool PersistSecurityInfo { get => Read<bool>("Persist Security Info"); set => Write("Persist Security Info", value); }

    public bool Pipelining { get => Read<bool>("Pipelining"); set => Write("Pipelining", value); }

    public bool TreatTinyAsBoolean { get => Read<bool>("Treat Tiny As Boolean"); set => Write("Treat Tiny As Boolean", value); }

    public bool UseAffectedRows { get => Read<bool>("Use Affected Rows"); set => Write("Use Affected Rows", value); }

    public override ICollection Keys =>
        ConnectionStringOption.All.Select(option => option.Name).Where(base.ContainsKey).ToList();

    [AllowNull]
    public override object this[string keyword]
    {
        get
        {
            var option = ConnectionStringOption.Get(keyword);
            return base.TryGetValue(option.Name, out var written) ? option.Read(written) : option.Default;
        }
        set
        {
            var option = ConnectionStringOption.Get(keyword);
            base[option.Name] = value is null ? null : option.Read(value);
        }
    }

    public override bool ContainsKey(string keyword) => ConnectionStringOption.Find(keyword) is { } option && base.ContainsKey(option.Name);

    public override bool Remove(string keyword) => ConnectionStringOption.Find(keyword) is { } option && base.Remove(option.Name);

    /// <summary>Everything but the password.</summary>
    internal string WithoutPassword()
    {
        var copy = new MySqlConnectionStringBuilder(ConnectionString);
        copy.Remove("Password");
        return copy.ConnectionString;
    }

    private T Read<T>(string name) => (T)this[name];

    private void Write(string name, object? value) => this[name] = value;
}
