using System.Diagnostics;
using System.Globalization;
using FooBar.Tests.Support;
using MySqlConnector;
using static FooBar.Tests.Integration.Connectors.ConnectorServer;

namespace FooBar.Tests.Integration.Connectors;

/// <summary>What FooBar relies on in MySqlConnector; the same with the package and with its stand-in.</summary>
public sealed class MySqlConnectorTests(ConnectorServer server) : IClassFixture<ConnectorServer>
{
    // Not SLEEP: that answers with a row when it is killed.
    private const string Endless =
        "SELECT COUNT(*) FROM information_schema.collations a, information_schema.collations b, information_schema.collations c, information_schema.collations d";

    private readonly CancellationToken _limit = new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token;

    [Fact]
    public async Task Query_Cancelled_EndsSoonAndLeavesTheConnectionUsable()
    {
        await using var connection = await server.Source.OpenConnectionAsync(_limit);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var begun = Stopwatch.GetTimestamp();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ScalarAsync(connection, Endless, cancellation.Token));

        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(4));
        Assert.Equal(1L, await ScalarAsync(connection, "SELECT 1", _limit));
    }

    [Fact]
    public async Task Query_BeyondItsCommandTimeout_FailsWithItAndLeavesTheConnectionUsable()
    {
        await using var connection = await server.Source.OpenConnectionAsync(_limit);
        await using var command = new MySqlCommand(Endless, connection) { CommandTimeout = 1 };

        var failure = await Assert.ThrowsAsync<MySqlException>(() => command.ExecuteScalarAsync(_limit));

        Assert.Equal(MySqlErrorCode.CommandTimeoutExpired, failure.ErrorCode);
        Assert.Equal(1L, await ScalarAsync(connection, "SELECT 1", _limit));
    }

    [Fact]
    public async Task Query_KilledByAnAdministrator_FailsAsInterruptedAndLeavesTheConnectionUsable()
    {
        await using var connection = await server.Source.OpenConnectionAsync(_limit);
        var query = ScalarAsync(connection, Endless, _limit);
        await Eventually.Within(TimeSpan.FromSeconds(10), async ct =>
            (long)(await server.ScalarAsync($"SELECT COUNT(*) FROM information_schema.processlist WHERE id = {connection.ServerThread} AND info IS NOT NULL", ct))! == 1);

        await server.ScalarAsync($"KILL QUERY {connection.ServerThread}", _limit);

        var failure = await Assert.ThrowsAsync<MySqlException>(() => query);
        Assert.Equal((MySqlErrorCode.QueryInterrupted, "70100"), (failure.ErrorCode, failure.SqlState));
        Assert.Equal(1L, await ScalarAsync(connection, "SELECT 1", _limit));
    }

    [Fact]
    public async Task Rows_WhenCancelledWhileTheyCome_StopSoonAndLeaveTheConnectionUsable()
    {
        await using var connection = await server.Source.OpenConnectionAsync(_limit);
        await using var command = new MySqlCommand(Endless.Replace("COUNT(*)", "a.id", StringComparison.Ordinal), connection);
        using var cancellation = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await using var reader = await command.ExecuteReaderAsync(_limit);
            while (await reader.ReadAsync(cancellation.Token))
            {
                await cancellation.CancelAsync();
            }
        });

        Assert.Equal(1L, await ScalarAsync(connection, "SELECT 1", _limit));
    }

    [Fact]
    public async Task Connection_WithTlsRequired_IsEncryptedAlthoughNobodyVouchesForTheCertificate()
    {
        await using var connection = await server.Source.OpenConnectionAsync(_limit);
        await using var command = new MySqlCommand("SHOW STATUS LIKE 'Ssl_version'", connection);
        await using var reader = await command.ExecuteReaderAsync(_limit);

        Assert.True(await reader.ReadAsync(_limit));
        Assert.StartsWith("TLS", reader.GetString(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task QueryAttribute_IsSeenByTheServer()
    {
        await using var connection = await server.Source.OpenConnectionAsync(_limit);
        await ScalarAsync(connection, "INSTALL COMPONENT 'file://component_query_attributes'", _limit);
        await using var command = new MySqlCommand("SELECT CONCAT(mysql_query_attribute_string('traceparent'), ' ', @value)", connection);
        command.Parameters.AddWithValue("@value", 5);
        command.Attributes.SetAttribute("traceparent", "00-of-before");
        command.Attributes.SetAttribute("traceparent", "00-ab-cd-01");

        Assert.Equal("00-ab-cd-01 5", await command.ExecuteScalarAsync(_limit));
    }

    public static TheoryData<string, object> Values => new()
    {
        { "TINYINT(1)", true },
        { "TINYINT UNSIGNED", (byte)200 },
        { "INT", int.MinValue },
        { "INT UNSIGNED", uint.MaxValue },
        { "BIGINT", long.MinValue },
        { "BIGINT UNSIGNED", ulong.MaxValue },
        { "DECIMAL(20,4)", 123.4567m },
        { "DOUBLE", 1.5e-7 },
        { "VARCHAR(60) CHARACTER SET utf8mb4", "O'Brien \\ \"é😀\" \n\0 end" },
        { "VARBINARY(9)", new byte[] { 0, 39, 92, 255 } },
        { "DATETIME(6)", new DateTime(2026, 2, 3, 4, 5, 6, DateTimeKind.Unspecified).AddTicks(1234560) },
        { "TIMESTAMP(6)", new DateTime(2026, 2, 3, 4, 5, 6, DateTimeKind.Unspecified).AddTicks(1234560) },
        { "TIME(6)", new TimeSpan(-1, 2, 3, 4, 567) },
        { "CHAR(36)", Guid.Parse("3f2504e0-4f89-11d3-9a0c-0305e82c3301", CultureInfo.InvariantCulture) },
        { "INT", DBNull.Value },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public async Task Value_WrittenAndRead_IsTheSameOfTheSameType(string type, object value)
    {
        await using var connection = await server.Source.OpenConnectionAsync(_limit);
        await ScalarAsync(connection, $"CREATE TEMPORARY TABLE one (v {type} NULL)", _limit);
        await using var insert = new MySqlCommand("INSERT INTO one VALUES (@v)", connection);
        insert.Parameters.AddWithValue("@v", value);
        Assert.Equal(1, await insert.ExecuteNonQueryAsync(_limit));

        var read = await ScalarAsync(connection, "SELECT v FROM one", _limit);

        Assert.Equal(value, read);
        Assert.IsType(value.GetType(), read);
        Assert.Equal((value as DateTime?)?.Kind, (read as DateTime?)?.Kind);
    }

    [Fact]
    public async Task DateTimeOffset_WrittenAndRead_IsTheSameInstant()
    {
        var instant = new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.FromHours(5)).AddTicks(1234560);
        await using var connection = await server.Source.OpenConnectionAsync(_limit);
        await using var command = new MySqlCommand("SELECT CAST(@at AS DATETIME(6))", connection);
        command.Parameters.AddWithValue("@at", instant);
        await using var reader = await command.ExecuteReaderAsync(_limit);

        Assert.True(await reader.ReadAsync(_limit));
        Assert.Equal(instant, reader.GetDateTimeOffset(0));
    }

    [Fact]
    public async Task PooledConnection_TakenAgain_IsTheSameOneWithoutItsState()
    {
        await using var source = new MySqlDataSource(server.ConnectionString);
        int first;
        await using (var connection = await source.OpenConnectionAsync(_limit))
        {
            first = connection.ServerThread;
            await ScalarAsync(connection, "SET SESSION sql_mode = ''", _limit);
        }

        await using var again = await source.OpenConnectionAsync(_limit);

        Assert.Equal(first, again.ServerThread);
        Assert.NotEqual("", await ScalarAsync(again, "SELECT @@sql_mode", _limit));
    }

    [Fact]
    public async Task PooledConnection_KilledWhileIdle_IsReplaced()
    {
        await using var source = new MySqlDataSource(server.ConnectionString);
        int killed;
        await using (var connection = await source.OpenConnectionAsync(_limit))
        {
            killed = connection.ServerThread;
        }

        await server.ScalarAsync($"KILL {killed}", _limit);

        await using var next = await source.OpenConnectionAsync(_limit);
        Assert.NotEqual(killed, next.ServerThread);
        Assert.Equal(1L, await ScalarAsync(next, "SELECT 1", _limit));
    }

    [Fact]
    public async Task Transaction_DisposedWithoutCommit_IsRolledBack()
    {
        await server.ScalarAsync("CREATE TABLE kept (id INT PRIMARY KEY)", _limit);
        await using var connection = await server.Source.OpenConnectionAsync(_limit);
        await using (var transaction = await connection.BeginTransactionAsync(_limit))
        {
            await using var insert = new MySqlCommand("INSERT INTO kept VALUES (1)", connection, transaction);
            await insert.ExecuteNonQueryAsync(_limit);
        }

        Assert.Equal(0L, await ScalarAsync(connection, "SELECT COUNT(*) FROM kept", _limit));
    }

    [Fact]
    public async Task Refusal_OfTheServer_KeepsItsNumberAndState()
    {
        var duplicate = await Assert.ThrowsAsync<MySqlException>(() => server.ScalarAsync(
            "CREATE TEMPORARY TABLE twice (id INT PRIMARY KEY); INSERT INTO twice VALUES (1), (1)", _limit));
        var wrong = new MySqlConnectionStringBuilder(server.ConnectionString) { Password = "wrong" };
        await using var connection = new MySqlConnection(wrong.ConnectionString);
        var denied = await Assert.ThrowsAsync<MySqlException>(() => connection.OpenAsync(_limit));

        Assert.Equal((MySqlErrorCode.DuplicateKeyEntry, 1062, "23000"), (duplicate.ErrorCode, duplicate.Number, duplicate.SqlState));
        Assert.Equal((MySqlErrorCode.AccessDenied, 1045, "28000"), (denied.ErrorCode, denied.Number, denied.SqlState));
    }

    [Fact]
    public async Task Query_WhileSomebodyListens_IsASpanUnderTheCallers()
    {
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "MySqlConnector" or "FooBar.Tests",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                lock (spans)
                {
                    spans.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var ours = new ActivitySource("FooBar.Tests");

        using var caller = ours.StartActivity("caller");
        await server.ScalarAsync("SELECT 'spanned'", _limit);

        lock (spans)
        {
            var span = Assert.Single(spans, span => span.TraceId == caller!.TraceId && span.OperationName == "Execute");
            Assert.Equal(caller!.SpanId, span.ParentSpanId);
            Assert.Equal("mysql", span.GetTagItem("db.system"));
            Assert.Equal("SELECT 'spanned'", span.GetTagItem("db.statement"));
        }
    }
}
