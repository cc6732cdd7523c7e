using System.Collections;
using System.Data;
using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Inner = MySql.Data.MySqlClient;

namespace MySqlConnector;

public sealed class MySqlDataReader : DbDataReader
{
    private readonly MySqlConnection _connection;
    private readonly Session _session;
    private readonly Inner.MySqlCommand _command;
    private readonly Inner.MySqlDataReader _inner;
    private readonly CommandBehavior _behavior;
    private readonly int _timeout;
    private readonly Activity? _activity;
    private bool _cancelled;
    private bool _closed;

    internal MySqlDataReader(
        MySqlConnection connection, Session session, Inner.MySqlCommand command, Inner.MySqlDataReader inner, CommandBehavior behavior, int timeout, Activity? activity) =>
        (_connection, _session, _command, _inner, _behavior, _timeout, _activity) = (connection, session, command, inner, behavior, timeout, activity);

    public override int Depth => 0;

    public override int FieldCount => _inner.FieldCount;

    public override bool HasRows => _inner.HasRows;

    public override bool IsClosed => _closed;

    public override int RecordsAffected => _inner.RecordsAffected;

    public override object this[int ordinal] => GetValue(ordinal);

    public override object this[string name] => GetValue(GetOrdinal(name));

    public override bool Read() => ReadAsync(CancellationToken.None).GetAwaiter().GetResult();

    public override async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        // Rows may come faster than they are read, so that no read ever waits, and none would notice.
        if (cancellationToken.IsCancellationRequested && !_cancelled && FieldCount > 0)
        {
            _cancelled = true;
            await _session.InterruptAsync(new OperationCanceledException(cancellationToken), Task.CompletedTask);
        }

        return await RunAsync(() => _inner.ReadAsync(CancellationToken.None), cancellationToken);
    }

    public override bool NextResult() => NextResultAsync(CancellationToken.None).GetAwaiter().GetResult();

    public override Task<bool> NextResultAsync(CancellationToken cancellationToken) => RunAsync(NextInnerResultAsync, cancellationToken);

    public override bool IsDBNull(int ordinal) => _inner.IsDBNull(ordinal);

    public override object GetValue(int ordinal) =>
        _inner.GetValue(ordinal) is DateTime time ? DateTime.SpecifyKind(time, (DateTimeKind)_connection.Settings.DateTimeKind) : _inner.GetValue(ordinal);

    public override int GetValues(object[] values)
    {
        var count = Math.Min(values.Length, FieldCount);
        for (var i = 0; i < count; i++)
        {
            values[i] = GetValue(i);
        }

        return count;
    }

    public override string GetName(int ordinal) => _inner.GetName(ordinal);

    public override int GetOrdinal(string name) => _inner.GetOrdinal(name);

    public override string GetDataTypeName(int ordinal) => _inner.GetDataTypeName(ordinal);

    public override Type GetFieldType(int ordinal) => _inner.GetFieldType(ordinal);

    public override bool GetBoolean(int ordinal) => GetValue(ordinal) is bool truth ? truth : Whole<long>(ordinal) != 0;

    public bool GetBoolean(string name) => GetBoolean(GetOrdinal(name));

    public override byte GetByte(int ordinal) => Whole<byte>(ordinal);

    public override short GetInt16(int ordinal) => Whole<short>(ordinal);

    public override int GetInt32(int ordinal) => Whole<int>(ordinal);

    public int GetInt32(string name) => GetInt32(GetOrdinal(name));

    public override long GetInt64(int ordinal) => Whole<long>(ordinal);

    public long GetInt64(string name) => GetInt64(GetOrdinal(name));

    public uint GetUInt32(int ordinal) => Whole<uint>(ordinal);

    public uint GetUInt32(string name) => GetUInt32(GetOrdinal(name));

    public ulong GetUInt64(int ordinal) => Whole<ulong>(ordinal);

    public ulong GetUInt64(string name) => GetUInt64(GetOrdinal(name));

    public override float GetFloat(int ordinal) => Fraction<float>(ordinal);

    public override double GetDouble(int ordinal) => Fraction<double>(ordinal);

    public double GetDouble(string name) => GetDouble(GetOrdinal(name));

    public override decimal GetDecimal(int ordinal) => Value<decimal>(ordinal);

    public decimal GetDecimal(string name) => GetDecimal(GetOrdinal(name));

    public override string GetString(int ordinal) => Value<string>(ordinal);

    public string GetString(string name) => GetString(GetOrdinal(name));

    public override char GetChar(int ordinal) => GetString(ordinal) is [var first, ..] ? first : throw new InvalidCastException();

    public override Guid GetGuid(int ordinal) => GetValue(ordinal) is string text ? Guid.Parse(text) : Value<Guid>(ordinal);

    public Guid GetGuid(string name) => GetGuid(GetOrdinal(name));

    public override DateTime GetDateTime(int ordinal) => Value<DateTime>(ordinal);

    public DateTime GetDateTime(string name) => GetDateTime(GetOrdinal(name));

    /// <summary>Takes what the server stores for UTC, as the real library does.</summary>
    public DateTimeOffset GetDateTimeOffset(int ordinal) => new(DateTime.SpecifyKind(GetDateTime(ordinal), DateTimeKind.Utc));

    public DateTimeOffset GetDateTimeOffset(string name) => GetDateTimeOffset(GetOrdinal(name));

    public DateOnly GetDateOnly(int ordinal) => DateOnly.FromDateTime(GetDateTime(ordinal));

    public TimeSpan GetTimeSpan(int ordinal) => Value<TimeSpan>(ordinal);

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) =>
        _inner.GetBytes(ordinal, dataOffset, buffer, bufferOffset, length);

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) =>
        _inner.GetChars(ordinal, dataOffset, buffer, bufferOffset, length);

    public override Stream GetStream(int ordinal) => new MemoryStream(Value<byte[]>(ordinal), writable: false);

    public override T GetFieldValue<T>(int ordinal)
    {
        var type = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
        if (IsDBNull(ordinal) && default(T) is null && type != typeof(object))
        {
            throw new InvalidCastException("Unable to cast object of type 'System.DBNull' to type '" + type + "'.");
        }

        return (T)(object)(Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => GetBoolean(ordinal),
            TypeCode.Byte => GetByte(ordinal),
            TypeCode.SByte => Whole<sbyte>(ordinal),
            TypeCode.Int16 => GetInt16(ordinal),
            TypeCode.UInt16 => Whole<ushort>(ordinal),
            TypeCode.Int32 => GetInt32(ordinal),
            TypeCode.UInt32 => GetUInt32(ordinal),
            TypeCode.Int64 => GetInt64(ordinal),
            TypeCode.UInt64 => GetUInt64(ordinal),
            TypeCode.Single => GetFloat(ordinal),
            TypeCode.Double => GetDouble(ordinal),
            TypeCode.Decimal => GetDecimal(ordinal),
            _ when type == typeof(DateTimeOffset) => GetDateTimeOffset(ordinal),
            _ when type == typeof(DateOnly) => GetDateOnly(ordinal),
            _ when type == typeof(TimeOnly) => TimeOnly.FromTimeSpan(GetTimeSpan(ordinal)),
            _ when type == typeof(Guid) => GetGuid(ordinal),
            _ when type == typeof(Stream) => GetStream(ordinal),
            _ => GetValue(ordinal),
        });
    }

    public override IEnumerator GetEnumerator() => new DbEnumerator(this, closeReader: false);

    public override void Close() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public override Task CloseAsync() => DisposeAsync().AsTask();

    /// <summary>Reads what is left of the answer, so that the connection can be used again.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        if (_connection.ActiveReader == this)
        {
            _connection.ActiveReader = null;
        }

        try
        {
            if (!_session.IsBroken)
            {
                await RunAsync(
                    async () =>
                    {
                        while (await NextInnerResultAsync())
                        {
                        }

                        await _inner.CloseAsync();
                        await _command.DisposeAsync();
                        return true;
                    },
                    CancellationToken.None);
            }
        }
        catch (MySqlException e) when (_session.IsBroken || e.ErrorCode == MySqlErrorCode.QueryInterrupted)
        {
            // Nobody reads the rest, and an exception from here would hide the one that says why.
        }
        finally
        {
            _activity?.Dispose();
        }

        if (_behavior.HasFlag(CommandBehavior.CloseConnection))
        {
            await _connection.CloseAsync();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close();
        }
    }

    private T Value<T>(int ordinal) => GetValue(ordinal) switch
    {
        T value => value,
        var other => throw new InvalidCastException($"Unable to cast object of type '{other.GetType()}' to type '{typeof(T)}'."),
    };

    // Whole numbers convert into each other, checked, and decimals are cut off; fractions convert into fractions.
    private T Whole<T>(int ordinal)
        where T : IBinaryInteger<T> => GetValue(ordinal) switch
    {
        T value => value,
        decimal value => T.CreateChecked(decimal.Truncate(value)),
        var value and (bool or byte or sbyte or short or ushort or int or uint or long or ulong) => (T)Convert.ChangeType(value, typeof(T), CultureInfo.InvariantCulture),
        var other => throw new InvalidCastException($"Unable to cast object of type '{other.GetType()}' to type '{typeof(T)}'."),
    };

    private T Fraction<T>(int ordinal) => GetValue(ordinal) switch
    {
        T value => value,
        var value and (float or double or decimal) => (T)Convert.ChangeType(value, typeof(T), CultureInfo.InvariantCulture),
        var other => throw new InvalidCastException($"Unable to cast object of type '{other.GetType()}' to type '{typeof(T)}'."),
    };

    // Row by row: when MySql.Data skips rows itself and meets an error there, it waits for more, for ever.
    private async Task<bool> NextInnerResultAsync()
    {
        while (await _inner.ReadAsync(CancellationToken.None))
        {
        }

        return await _inner.NextResultAsync(CancellationToken.None);
    }

    private async Task<T> RunAsync<T>(Func<Task<T>> command, CancellationToken cancellationToken)
    {
        try
        {
            return await _session.RunAsync(command, _timeout, cancellationToken);
        }
        catch (Exception e)
        {
            _activity.Fail(e);
            throw;
        }
    }
}
