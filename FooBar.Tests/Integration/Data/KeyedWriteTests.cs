using FooBar.Data.Idempotency;
using FooBar.Data.Routing;
using FooBar.Tests.Support;

namespace FooBar.Tests.Integration.Data;

[Collection(MySqlPairTests.Name)]
public sealed class KeyedWriteTests(MySqlPair mysql) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    public async Task InitializeAsync()
    {
        await mysql.ResetAsync();
        await using var host = await DataHost.StartAsync(mysql, migrate: true);
        await host.SchemaIsReadyAsync(TimeSpan.FromSeconds(10));
        await mysql.AsRootAsync(1, "CREATE TABLE foobar.notes (id INT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(100))");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Write_SameKeyAgainFromAnotherHost_GivesTheFirstAnswer()
    {
        await using var one = await DataHost.StartOnHealthyPairAsync(mysql);
        await using var two = await DataHost.StartOnHealthyPairAsync(mysql);

        var first = await AddAsync(one, Key("k"), "first");
        var again = await AddAsync(two, Key("k"), "second");

        Assert.Equal((new Note(1, "first"), false), (first.Answer, first.IsRepetition));
        Assert.Equal((new Note(1, "first"), true), (again.Answer, again.IsRepetition));
        Assert.Equal(1L, await CountAsync(1));
    }

    [Fact]
    public async Task Write_SameKeyAtTheSameTimeOnTwoHosts_IsMadeOnce()
    {
        await using var one = await DataHost.StartOnHealthyPairAsync(mysql);
        await using var two = await DataHost.StartOnHealthyPairAsync(mysql);

        var written = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => AddAsync(i % 2 == 0 ? one : two, Key("k"), $"note {i}")));

        Assert.Single(written, write => !write.IsRepetition);
        Assert.Single(written.Select(write => write.Answer).Distinct());
        Assert.Equal(1L, await CountAsync(1));
    }

    [Fact]
    public async Task Write_KeyOfAnotherRequest_IsRefused()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);
        await AddAsync(host, IdempotencyKey.Of("notes", "k", "one"u8), "one");

        await Assert.ThrowsAsync<KeyReusedException>(() => AddAsync(host, IdempotencyKey.Of("notes", "k", "two"u8), "two"));

        Assert.False((await AddAsync(host, IdempotencyKey.Of("letters", "k", "two"u8), "two")).IsRepetition);
        Assert.Equal(2L, await CountAsync(1));
    }

    [Fact]
    public async Task Write_WorkFails_LeavesNeitherChangesNorKey()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);

        await Assert.ThrowsAsync<FormatException>(() => host.Database.WriteAsync<Note>(Key("k"), async session =>
        {
            await InsertAsync(session, "never");
            throw new FormatException();
        }, None));

        Assert.Equal(0L, await CountAsync(1));
        Assert.False((await AddAsync(host, Key("k"), "then")).IsRepetition);
    }

    [Fact]
    public async Task Write_Deadlock_IsBegunAgain()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);
        await mysql.AsRootAsync(1, "INSERT INTO foobar.notes (id, text) VALUES (101, ''), (102, '')");
        using var bothHold = new Barrier(2);
        var rounds = 0;

        await Task.WhenAll(MarkAsync(101, 102), MarkAsync(102, 101));

        Assert.Equal(3, rounds);
        Assert.Equal(2L, await mysql.AsRootAsync(1, "SELECT COUNT(*) FROM foobar.notes WHERE text = 'xx'"));

        Task MarkAsync(int first, int second) => host.Database.WriteAsync(IdempotencyKey.New(), async session =>
        {
            await session.ExecuteAsync($"UPDATE notes SET text = CONCAT(text, 'x') WHERE id = {first}", None);
            if (Interlocked.Increment(ref rounds) <= 2)
            {
                await Task.Run(() => bothHold.SignalAndWait(TimeSpan.FromSeconds(10)));
            }

            return await session.ExecuteAsync($"UPDATE notes SET text = CONCAT(text, 'x') WHERE id = {second}", None);
        }, None);
    }

    [Fact]
    public async Task Write_RowIsLockedForLongerThanAStatementWaits_IsBegunAgain()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql, ("WriteWait", "00:00:20"));
        await mysql.AsRootAsync(1, "INSERT INTO foobar.notes (id, text) VALUES (101, '')");
        await using var blocker = await host.Database.OpenForWriteAsync(None);
        await blocker.BeginAsync(None);
        await blocker.ExecuteAsync($"UPDATE notes SET text = 'theirs' WHERE id = 101", None);
        var attempts = 0;
        var write = host.Database.WriteAsync(Key("k"), session =>
        {
            Interlocked.Increment(ref attempts);
            return session.ExecuteAsync($"UPDATE notes SET text = 'ours' WHERE id = 101", None);
        }, None);

        await Eventually.Within(TimeSpan.FromSeconds(10), () => Assert.Equal(2, attempts));
        await blocker.CommitAsync(None);

        Assert.Equal(1, (await write).Answer);
    }

    [Fact]
    public async Task Write_Done_LeavesAConnectionThatMayIdle()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);
        var during = await host.Database.WriteAsync(Key("k"), IdleAsync, None);

        // Without a reset, as it lies in the pool.
        Assert.Equal(5, during.Answer);
        Assert.Equal(0L, await mysql.AsRootAsync(1, """
            SELECT COUNT(*) FROM performance_schema.variables_by_thread
            WHERE VARIABLE_NAME = 'wait_timeout' AND VARIABLE_VALUE = '5'
            """));

        static async Task<long> IdleAsync(WriteSession session) => Convert.ToInt64(await session.ScalarAsync($"SELECT @@SESSION.wait_timeout", None), null);
    }

    [Fact]
    public async Task Write_NoPrimaryComes_SaysThatNothingWasWritten()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql, ("WriteWait", "00:00:00.5"));
        await mysql.AsRootAsync(1, "SET GLOBAL super_read_only = ON");

        await Assert.ThrowsAsync<NoPrimaryException>(() => AddAsync(host, Key("k"), "never"));
    }

    [Fact]
    public async Task Expiry_OldKeys_AreDeletedByOneHostAtATime()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);
        await AddAsync(host, Key("old"), "old");
        await mysql.AsRootAsync(1, "UPDATE foobar.idempotency_keys SET created_at = UTC_TIMESTAMP(3) - INTERVAL 24 HOUR - INTERVAL 1 MINUTE");
        await mysql.AsRootAsync(1, """
            INSERT INTO foobar.idempotency_keys (id, request, created_at)
            SELECT RANDOM_BYTES(32), RANDOM_BYTES(32), UTC_TIMESTAMP(3) - INTERVAL 25 HOUR
            FROM information_schema.COLLATION_CHARACTER_SET_APPLICABILITY LIMIT 250
            """);
        await AddAsync(host, Key("new"), "new");

        await using (var other = await host.Database.OpenForWriteAsync(None))
        {
            await other.ScalarAsync($"SELECT GET_LOCK('foobar.idempotency-keys', 0)", None);
            Assert.Equal(0, await host.Expiry.SweepAsync(None));
            await other.ScalarAsync($"SELECT RELEASE_LOCK('foobar.idempotency-keys')", None);
        }

        Assert.Equal(251, await host.Expiry.SweepAsync(None));
        Assert.Equal(1L, await mysql.AsRootAsync(1, "SELECT COUNT(*) FROM foobar.idempotency_keys"));
        Assert.False((await AddAsync(host, Key("old"), "old again")).IsRepetition);
        Assert.True((await AddAsync(host, Key("new"), "new again")).IsRepetition);
    }

    [Fact]
    public async Task Expiry_ConnectionIsSeveredMeanwhile_IsPutOff()
    {
        const string waiting = "FROM performance_schema.processlist WHERE user = 'foobar_app' AND state LIKE 'Waiting for table metadata lock'";
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);
        await using var holding = await mysql.HoldAsync(1, "LOCK TABLES foobar.idempotency_keys WRITE");
        var sweep = host.Expiry.SweepAsync(None);
        await Eventually.Within(TimeSpan.FromSeconds(10), async _ => await mysql.AsRootAsync(1, $"SELECT id {waiting}") is { } id
            && await mysql.AsRootAsync(1, $"KILL {id}") is null);

        await Assert.ThrowsAnyAsync<DatabaseUnavailableException>(() => sweep);
    }

    [Fact]
    public async Task Write_AnotherAttemptHoldsTheKeyUntilTheEnd_IsSaidToBeUnknown()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql, ("WriteWait", "00:00:02.5"));
        await using var other = await host.Database.OpenForWriteAsync(None);
        await other.BeginAsync(None);
        Assert.True(await KeyTable.TakeAsync(other, Key("k"), None));

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => AddAsync(host, Key("k"), "later"));
    }

    [Fact]
    public async Task Expiry_SomebodyIsAddingAKey_NeitherWaits()
    {
        await using var host = await DataHost.StartOnHealthyPairAsync(mysql);
        await AddAsync(host, Key("old"), "old");
        await mysql.AsRootAsync(1, "UPDATE foobar.idempotency_keys SET created_at = UTC_TIMESTAMP(3) - INTERVAL 25 HOUR");

        var written = await host.Database.WriteAsync(Key("new"), async session =>
        {
            Assert.Equal(1, await host.Expiry.SweepAsync(None).WaitAsync(TimeSpan.FromSeconds(5)));
            return await InsertAsync(session, "new");
        }, None);

        Assert.False(written.IsRepetition);
    }

    internal static IdempotencyKey Key(string key) => IdempotencyKey.Of("notes", key, "request"u8);

    internal static Task<Written<Note>> AddAsync(DataHost host, IdempotencyKey key, string text) =>
        host.Database.WriteAsync(key, session => InsertAsync(session, text), None);

    internal static async Task<Note> InsertAsync(WriteSession session, string text)
    {
        await session.ExecuteAsync($"INSERT INTO notes (text) VALUES ({text})", None);
        return new Note(Convert.ToInt32(await session.ScalarAsync($"SELECT LAST_INSERT_ID()", None), null), text);
    }

    private async Task<long> CountAsync(int node) => Convert.ToInt64(await mysql.AsRootAsync(node, "SELECT COUNT(*) FROM foobar.notes"), null);

    internal sealed record Note(int Id, string Text);
}
