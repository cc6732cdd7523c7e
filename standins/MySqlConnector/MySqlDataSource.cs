using System.Data.Common;

namespace MySqlConnector;

/// <summary>One pool of connections, its own.</summary>
public sealed class MySqlDataSource : DbDataSource
{
    private bool _disposed;

    public MySqlDataSource(string connectionString)
        : this(connectionString ?? throw new ArgumentNullException(nameof(connectionString)), name: null)
    {
    }

    internal MySqlDataSource(string connectionString, string? name)
    {
        var settings = new MySqlConnectionStringBuilder(connectionString);
        if (name is not null)
        {
            settings.ApplicationName = name;
        }

        ConnectionString = settings.ConnectionString;
        Pool = new SessionPool(settings);
    }

    public override string ConnectionString { get; }

    internal SessionPool Pool { get; }

    public new MySqlConnection CreateConnection() => (MySqlConnection)base.CreateConnection();

    public new MySqlConnection OpenConnection() => (MySqlConnection)base.OpenConnection();

    public new async ValueTask<MySqlConnection> OpenConnectionAsync(CancellationToken cancellationToken = default) =>
        (MySqlConnection)await base.OpenConnectionAsync(cancellationToken);

    protected override DbConnection CreateDbConnection()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new MySqlConnection(this);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            DisposeAsyncCore().AsTask().GetAwaiter().GetResult();
        }
    }

    protected override async ValueTask DisposeAsyncCore()
    {
        _disposed = true;
        Pool.Dispose();
        await Pool.ClearAsync();
    }
}
