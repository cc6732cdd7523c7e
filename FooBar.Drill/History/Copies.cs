using System.Globalization;
using FooBar.Data.Consistency;
using FooBar.Drill.Stack;

namespace FooBar.Drill.History;

/// <summary>What both databases hold when nobody writes any more and everything that was received is applied.</summary>
/// <param name="system">The stack.</param>
/// <param name="run">What the users' names begin with.</param>
/// <param name="since">When the run began.</param>
/// <param name="bound">How long a node that is being started, or applies a backlog, is waited for.</param>
internal sealed class Copies(ChaosSystem system, string run, DateTimeOffset since, TimeSpan bound)
{
    /// <summary>A node's clock may have been moved by 5 minutes.</summary>
    private static readonly TimeSpan ClocksDiffer = TimeSpan.FromMinutes(6);

    /// <summary>Every column of the posts, of the answers that are kept for their keys, and of the keys that protect cookies.</summary>
    private string Sums => string.Create(CultureInfo.InvariantCulture, $"""
        SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', HEX(id), title, body, author, created_at))) FROM foobar.posts WHERE author LIKE '{run}-%'
        UNION ALL
        SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', HEX(id), HEX(request), answer, repeats, created_at))) FROM foobar.idempotency_keys WHERE created_at > '{since.UtcDateTime - ClocksDiffer:yyyy-MM-dd HH:mm:ss}'
        UNION ALL
        SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', name, xml, created_at))) FROM foobar.data_protection_keys
        """).ReplaceLineEndings(" ");

    /// <summary>What makes them differ.</summary>
    public async Task<IReadOnlyList<Violation>> DifferencesAsync()
    {
        try
        {
            await Eventually.Within(bound, async _ =>
            {
                var executed = await OfBothAsync("SELECT @@GLOBAL.gtid_executed", GtidSet.Parse);
                if (!executed[0].Equals(executed[1]))
                {
                    throw new InvalidOperationException(
                        $"{ChaosSystem.Databases[0]} has executed {executed[0]}, {ChaosSystem.Databases[1]} {executed[1]}.");
                }
            });
        }
        catch (TimeoutException e)
        {
            return [new Violation(Promise.CopiesEqual, e.Message)];
        }

        var sums = await OfBothAsync(Sums, sum => sum);
        return sums[0] == sums[1] ? [] : [new Violation(Promise.CopiesEqual, $"The copies have executed the same and differ in number or sum of posts, keys or key rings: {sums[0]} and {sums[1]}.")];
    }

    /// <summary>The posts of each.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<Row>>> RowsAsync()
    {
        IReadOnlyList<Row>[] rows = [];
        await Eventually.Within(bound, async _ => rows = await OfBothAsync($"SELECT title, body FROM foobar.posts WHERE author LIKE '{run}-%'", Rows));
        return rows;
    }

    // What is no number nobody has sent.
    private static IReadOnlyList<Row> Rows(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).Select(row => new Row(row[0], int.TryParse(row[1], null, out var version) ? version : -1))];

    private Task<T[]> OfBothAsync<T>(string statement, Func<string, T> read) =>
        Task.WhenAll(ChaosSystem.Databases.Select(async node => read((await system.SqlAsync(node, statement)).Replace("\\n", "", StringComparison.Ordinal).Trim())));
}
