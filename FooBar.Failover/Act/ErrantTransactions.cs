using System.Buffers;
using System.Data.Common;
using System.Globalization;
using System.Text;
using FooBar.Data.Consistency;
using MySqlConnector;

namespace FooBar.Failover.Act;

/// <summary>
/// What a node's binary log says of transactions that only it has: the statements, as far as they can be read. They were never
/// acknowledged, but somebody may want to know what they were.
/// </summary>
internal static class ErrantTransactions
{
    /// <summary>Journals are small: the newest files are looked through, and what is found is cut off.</summary>
    private const int Files = 2, Events = 20_000, Characters = 4_000;

    public static async Task<string> DescribeAsync(NodeSession node, string gtids, CancellationToken cancellationToken)
    {
        try
        {
            // A statement may hold any bytes, so they are read as such.
            await node.ExecuteAsync("SET character_set_results = binary", cancellationToken);
            var found = new StringBuilder();
            foreach (var file in (await LogsAsync(node, cancellationToken)).TakeLast(Files))
            {
                await ReadAsync(node, file, GtidSet.Parse(gtids), found, cancellationToken);
            }

            return found.Length == 0 ? "Their statements could not be found in the binary log."
                : found.Length > Characters ? $"Their statements: {found.ToString(0, Characters)} ..."
                : $"Their statements: {found}";
        }
        catch (MySqlException e)
        {
            return $"Their statements could not be read: {e.Message}";
        }
    }

    private static async Task<List<string>> LogsAsync(NodeSession node, CancellationToken cancellationToken)
    {
        var files = new List<string>();
        await using var rows = await node.QueryAsync("SHOW BINARY LOGS", cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            files.Add(Text(rows, 0));
        }

        return files;
    }

    // A transaction is a Gtid event, then its statements (binlog_rows_query_log_events), its tables and its rows.
    private static async Task ReadAsync(NodeSession node, string file, GtidSet errant, StringBuilder found, CancellationToken cancellationToken)
    {
        var wanted = false;
        await using var rows = await node.QueryAsync(string.Create(CultureInfo.InvariantCulture, $"SHOW BINLOG EVENTS IN '{file}' LIMIT {Events}"), cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var (type, info) = (Text(rows, 2), Text(rows, 5));
            if (type == "Gtid" && info.Split('\'') is [_, var gtid, ..])
            {
                wanted = errant.Contains(GtidSet.Parse(gtid));
                found.Append(wanted ? $"[{gtid}] " : "");
            }
            else if (wanted && type is "Rows_query" or "Query" && info != "BEGIN" && found.Length <= Characters)
            {
                found.Append(info.TrimStart('#', ' ')).Append("; ");
            }
        }
    }

    private static string Text(DbDataReader rows, int column) => rows.GetValue(column) is byte[] bytes ? Readable(bytes) : rows.GetString(column);

    /// <summary>Text as it is; bytes that are no text, or not to be seen, as <c>\x00</c>.</summary>
    internal static string Readable(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        while (!bytes.IsEmpty)
        {
            var isText = Rune.DecodeFromUtf8(bytes, out var rune, out var length) == OperationStatus.Done && !Rune.IsControl(rune);
            text.Append(isText ? rune.ToString() : string.Concat(bytes[..length].ToArray().Select(value => string.Create(CultureInfo.InvariantCulture, $"\\x{value:x2}"))));
            bytes = bytes[length..];
        }

        return text.ToString();
    }
}
