using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Inner = MySql.Data.MySqlClient;

namespace MySqlConnector;

public sealed class MySqlCommand : DbCommand
{
    private int? _timeout;

    public MySqlCommand()
        : this(null, null, null)
    {
    }

    public MySqlCommand(string? commandText)
        : this(commandText, null, null)
    {
    }

    public MySqlCommand(MySqlConnection? connection, MySqlTransaction? transaction)
        : this(null, connection, transaction)
    {
    }

    public MySqlCommand(string? commandText, MySqlConnection? connection)
        : this(commandText, connection, null)
    {
    }

    public MySqlCommand(string? commandText, MySqlConnection? connection, MySqlTransaction? transaction)
    {
        CommandText = commandText;
        Connection = connection;
        Transaction = transaction;
    }

    [AllowNull]
    public override string CommandText { get; set => field = value ?? ""; }

    /// <summary>In seconds; zero is no limit.</summary>
    public override int CommandTimeout
    {
        get => _timeout ?? (int)(Connection?.Settings.DefaultCommandTimeout ?? 30);
        set => _timeout = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), "CommandTimeout must be greater than or equal to zero.");
    }

    public override CommandType CommandType
    {
        get => CommandType.Text;
        set
        {
            if (value != CommandType.Text)
            {
                throw new NotSupportedException($"The stand-in for MySqlConnector does not do CommandType.{value}; write CALL as text.");
            }
        }
    }

    public override bool DesignTimeVisible { get; set; }

    public override UpdateRowSource UpdatedRowSource { get; set; }

    public new MySqlConnection? Connection { get; set; }

    public new MySqlTransaction? Transaction { get; set; }

    public new MySqlParameterCollection Parameters { get; } = new();

    /// <summary>Query attributes: key-value pairs that travel with the query, for plugins and components of the server.</summary>
    public MySqlAttributeCollection Attributes { get; } = new();

    public long LastInsertedId { get; private set; }

    protected override DbConnection? DbConnection { get => Connection; set => Connection = (MySqlConnection?)value; }

    protected override DbParameterCollection DbParameterCollection => Parameters;

    protected override DbTransaction? DbTransaction { get => Transaction; set => Transaction = (MySqlTransaction?)value; }

    public new MySqlParameter CreateParameter() => new();

    public override void Cancel() =>
        throw new NotSupportedException("The stand-in for MySqlConnector does not do MySqlCommand.Cancel; cancel the token of ExecuteReaderAsync.");

    /// <summary>Without effect: the stand-in never prepares on the server.</summary>
    public override void Prepare()
    {
    }

    public override int ExecuteNonQuery() => ExecuteNonQueryAsync(CancellationToken.None).GetAwaiter().GetResult();

    public override async Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken)
    {
        await using var reader = await ExecuteReaderAsync(CommandBehavior.Default, cancellationToken);
        while (await reader.NextResultAsync(cancellationToken))
        {
        }

        return reader.RecordsAffected;
    }

    public override object? ExecuteScalar() => ExecuteScalarAsync(CancellationToken.None).GetAwaiter().GetResult();

    public override async Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken)
    {
        await using var reader = await ExecuteReaderAsync(CommandBehavior.Default, cancellationToken);
        var first = await reader.ReadAsync(cancellationToken) && reader.FieldCount > 0 ? reader.GetValue(0) : null;
        while (await reader.NextResultAsync(cancellationToken))
        {
        }

        return first;
    }

    public new MySqlDataReader ExecuteReader() => ExecuteReader(CommandBehavior.Default);

    public new MySqlDataReader ExecuteReader(CommandBehavior commandBehavior) => ExecuteReaderAsync(commandBehavior, CancellationToken.None).GetAwaiter().GetResult();

    public new Task<MySqlDataReader> ExecuteReaderAsync(CancellationToken cancellationToken = default) => ExecuteReaderAsync(CommandBehavior.Default, cancellationToken);

    public new async Task<MySqlDataReader> ExecuteReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var connection = ReadyConnection();
        var session = connection.OpenSession;
        await session.BeginAsync(cancellationToken);
        var activity = Telemetry.Start("Execute", connection.Settings, session, CommandText);
        try
        {
            var inner = Translate(session.Inner);
            var reader = await session.RunAsync(() => inner.ExecuteReaderAsync(behavior & ~CommandBehavior.CloseConnection, CancellationToken.None), CommandTimeout, cancellationToken);
            LastInsertedId = inner.LastInsertedId;
            return connection.ActiveReader = new MySqlDataReader(connection, session, inner, reader, behavior, CommandTimeout, activity);
        }
        catch (Exception e)
        {
            activity.Fail(e);
            activity?.Dispose();
            throw;
        }
    }

    protected override DbParameter CreateDbParameter() => CreateParameter();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => ExecuteReader(behavior);

    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
        await ExecuteReaderAsync(behavior, cancellationToken);

    private MySqlConnection ReadyConnection()
    {
        if (Connection is not { State: ConnectionState.Open } connection)
        {
            throw new InvalidOperationException($"Connection must be Open; current state is {Connection?.State ?? ConnectionState.Closed}");
        }

        if (string.IsNullOrWhiteSpace(CommandText))
        {
            throw new InvalidOperationException("CommandText must be specified");
        }

        if (Transaction != connection.CurrentTransaction)
        {
            throw new InvalidOperationException("The transaction associated with this command is not the connection's active transaction; see https://mysqlconnector.net/trans");
        }

        return connection.ActiveReader is null
            ? connection
            : throw new InvalidOperationException("This MySqlConnection is already in use. See https://mysqlconnector.net/conn-reuse");
    }

    private Inner.MySqlCommand Translate(Inner.MySqlConnection connection)
    {
        // No limit of its own: MySql.Data keeps none for asynchronous reads, and opens connections when it tries to.
        var inner = new Inner.MySqlCommand(CommandText, connection) { CommandTimeout = 0 };
        foreach (MySqlParameter parameter in Parameters)
        {
            inner.Parameters.AddWithValue(parameter.ParameterName, ParameterValue.Translate(parameter.Value));
        }

        foreach (var attribute in Attributes)
        {
            inner.Attributes.SetAttribute(attribute.AttributeName, attribute.Value);
        }

        return inner;
    }
}
