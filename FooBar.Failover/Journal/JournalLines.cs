using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FooBar.Failover.Journal;

/// <summary>
/// The text of a journal: one line per entry, each with its number and a checksum, so that damage is told from what was written.
/// </summary>
/// <param name="Last">The last line; null when there is none.</param>
/// <param name="Length">How many bytes its complete lines take.</param>
internal sealed record JournalLines(JournalLine? Last, int Length)
{
    private const int ChecksumLength = 16;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public JournalEntry Entry => Last?.Entry ?? JournalEntry.Empty;

    public long Number => Last?.Number ?? 0;

    public static string Encode(JournalLine line)
    {
        var body = JsonSerializer.Serialize(line, Json);
        return $"{Checksum(body)} {body}\n";
    }

    /// <summary>Reads the complete lines; what follows the last line end is left out.</summary>
    /// <param name="text">The journal in UTF-8.</param>
    /// <param name="where">Where it is kept, for the error.</param>
    /// <param name="trimmed">
    /// Whether the oldest lines may have been dropped. Then the first one may have any number: the state is in the last line, so a
    /// lost beginning loses history and nothing else.
    /// </param>
    /// <exception cref="JournalException">A line does not match its checksum or its number.</exception>
    public static JournalLines Read(ReadOnlySpan<byte> text, string where, bool trimmed)
    {
        var read = new JournalLines(null, 0);
        while (text[read.Length..].IndexOf((byte)'\n') is >= 0 and var end)
        {
            var line = Decode(Encoding.UTF8.GetString(text.Slice(read.Length, end)));
            if (line is null || (line.Number != read.Number + 1 && !(trimmed && read.Last is null)))
            {
                throw Damaged(where, read.Number + 1);
            }

            read = new JournalLines(line, read.Length + end + 1);
        }

        return read;
    }

    public static JournalException Damaged(string where, long number) => new(
        $"Line {number} of the journal {where} is damaged; nothing is decided without it. See docs/runbooks/journal-damaged.md.");

    private static JournalLine? Decode(string text)
    {
        if (text.Length <= ChecksumLength + 1 || text[..ChecksumLength] != Checksum(text[(ChecksumLength + 1)..]))
        {
            return null;
        }

        return JsonSerializer.Deserialize<JournalLine>(text.AsSpan(ChecksumLength + 1), Json);
    }

    private static string Checksum(string body) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))[..ChecksumLength];
}
