using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace MySqlConnector;

public sealed class MySqlConnection : DbConnection
{
    private readonly MySqlDataSource? _source;
    private string _connectionString;
    private SessionPool? _pool;
    private Session? _session;
    private ConnectionState _state;
    private bool _hasBeenOpen;
    private bool _disposed;

    public MySqlConnection()
        : this("")
    {
    }

    public MySqlConnection(string? connectionString) => _connectionString = connectionString ?? "";

    internal MySqlConnection(MySqlDataSource source)
        : this(source.ConnectionString) => _source = source;

    [AllowNull]
    public override string ConnectionString
    {
        get => _hasBeenOpen && !Settings.PersistSecurityInfo ? Settings.WithoutPassword() : _connectionString;
        set
        {
            if (State != ConnectionState.Closed || _source is not null)
            {
                throw new InvalidOperationException("Cannot change the connection string on an open connection, or on one of a data source.");
            }

            (_connectionString, _pool, _hasBeenOpen) = (value ?? "", null, false);
        }
    }

    public override string Database => Settings.Database;

    public override string DataSource => Settings.Server;

    public override int ConnectionTimeout => (int)Settings.ConnectionTimeout;

    public override ConnectionState State => _state == ConnectionState.Open && _session!.IsBroken ? ConnectionState.Broken : _state;

    public override string ServerVersion => OpenSession.Inner.ServerVersion;

    /// <summary>The connection's id in the server.</summary>
    public int ServerThread => OpenSession.Inner.ServerThread;

    internal MySqlConnectionStringBuilder Settings => Pool.Settings;

    internal MySqlTransaction? CurrentTransaction { get; set; }

    internal MySqlDataReader? ActiveReader { get; set; }

    internal Session OpenSession => _session ?? throw new InvalidOperationException("Connection must be Open; current state is Closed");

    private SessionPool Pool => _pool ??= _source?.Pool ?? SessionPool.For(_connectionString);

    public static void ClearPool(MySqlConnection connection) => ClearPoolAsync(connection).GetAwaiter().GetResult();

    /// <summary>As in the real library this is the pool of the connection string, never the one of a data source.</summary>
    public static Task ClearPoolAsync(MySqlConnection connection, CancellationToken cancellationToken = default) =>
        connection._source is null ? connection.Pool.ClearAsync().WaitAsync(cancellationToken) : Task.CompletedTask;

    public static void ClearAllPools() => ClearAllPoolsAsync().GetAwaiter().GetResult();

    public static Task ClearAllPoolsAsync(CancellationToken cancellationToken = default) => SessionPool.ClearAllAsync().WaitAsync(cancellationToken);

    public override void Open() => OpenAsync(CancellationToken.None).GetAwaiter().GetResult();

    public override async Task OpenAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (State != ConnectionState.Closed)
        {
            throw new InvalidOperationException($"Cannot Open when State is {State}.");
        }

        using var activity = Telemetry.Start("Open", Settings, session: null);
        SetState(ConnectionState.Connecting);
        try
        {
            _session = await Pool.RentAsync(cancellationToken);
            _hasBeenOpen = true;
            SetState(ConnectionState.Open);
        }
        catch (Exception e)
        {
            SetState(ConnectionState.Closed);
            activity.Fail(e);
            throw;
        }
    }

    public override void Close() => CloseAsync().GetAwaiter().GetResult();

    public override async Task CloseAsync()
    {
        if (_session is not { } session)
        {
            return;
        }

        try
        {
            if (ActiveReader is { } reader)
            {
                await reader.DisposeAsync();
            }

            if (CurrentTransaction is { } transaction)
            {
                await transaction.DisposeAsync();
            }
        }
        catch (Exception e) when (e is MySqlException or ObjectDisposedException)
        {
            // Whoever closes does not care how the rest of an answer reads; the connection is not used again.
            session.Break(Task.CompletedTask);
        }

        (_session, ActiveReader, CurrentTransaction) = (null, null, null);
        Pool.Return(session);
        SetState(ConnectionState.Closed);
    }

    public new MySqlTransaction BeginTransaction() => BeginTransactionAsync().AsTask().GetAwaiter().GetResult();

    public new MySqlTransaction BeginTransaction(IsolationLevel isolationLevel) => BeginTransactionAsync(isolationLevel).AsTask().GetAwaiter().GetResult();

    public new ValueTask<MySqlTransaction> BeginTransactionAsync(CancellationToken cancellationToken = default) =>
        MySqlTransaction.BeginAsync(this, IsolationLevel.Unspecified, null, cancellationToken);

    public new ValueTask<MySqlTransaction> BeginTransactionAsync(IsolationLevel isolationLevel, CancellationToken cancellationToken = default) =>
        MySqlTransaction.BeginAsync(this, isolationLevel, null, cancellationToken);

    public ValueTask<MySqlTransaction> BeginTransactionAsync(IsolationLevel isolationLevel, bool isReadOnly, CancellationToken cancellationToken = default) =>
        MySqlTransaction.BeginAsync(this, isolationLevel, isReadOnly, cancellationToken);

    public new MySqlCommand CreateCommand() => new(null, this, null);

    public Task<bool> PingAsync(CancellationToken cancellationToken = default) =>
        _session is { IsBroken: false } session ? session.RunAsync(() => session.Inner.PingAsync(), (int)Settings.DefaultCommandTimeout, cancellationToken) : Task.FromResult(false);

    public override void ChangeDatabase(string databaseName) => ChangeDatabaseAsync(databaseName).GetAwaiter().GetResult();

    public override async Task ChangeDatabaseAsync(string databaseName, CancellationToken cancellationToken = default)
    {
        await using var command = new MySqlCommand($"USE `{databaseName.Replace("`", "``", StringComparison.Ordinal)}`", this, CurrentTransaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _disposed = true;
    }

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => BeginTransaction(isolationLevel);

    protected override async ValueTask<DbTransaction> BeginDbTransactionAsync(IsolationLevel isolationLevel, CancellationToken cancellationToken) =>
        await BeginTransactionAsync(isolationLevel, cancellationToken);

    protected override DbCommand CreateDbCommand() => CreateCommand();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close();
            _disposed = true;
        }
    }

    private void SetState(ConnectionState state)
    {
        var before = _state;
        _state = state;
        OnStateChange(new StateChangeEventArgs(before, state));
    }
}
