using System.Globalization;
using System.Text.RegularExpressions;

namespace FooBar.Data.Consistency;

/// <summary>
/// The grammar of MySQL's manual, section "GTID Sets": <c>uuid:[tag:]interval[:interval]...[:tag:interval...],...</c>
/// with white space anywhere between the tokens and any letter case.
/// </summary>
internal static partial class GtidSetParser
{
    /// <summary>MySQL numbers transactions from 1 to 2^63 - 2.</summary>
    private const long LargestNumber = long.MaxValue - 1;

    /// <returns>What is wrong with the text, or null.</returns>
    public static string? Read(string text, out List<GtidRange> ranges)
    {
        ranges = [];
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var tokens = part.Split(':', StringSplitOptions.TrimEntries);
            if (!Guid.TryParseExact(tokens[0], "D", out var server))
            {
                return $"'{part}' is no part of a GTID set: it must start with a server's UUID.";
            }

            if (!ReadIntervals(tokens.AsSpan(1), server, ranges))
            {
                return $"'{part}' is no part of a GTID set: after the UUID it takes intervals such as 5 or 1-3, counted from 1, "
                    + "and tags, each followed by its intervals.";
            }
        }

        return null;
    }

    private static bool ReadIntervals(ReadOnlySpan<string> tokens, Guid server, List<GtidRange> ranges)
    {
        var source = new GtidSource(server, Tag: "");
        var expectsInterval = true; // the UUID, and every tag, is followed by at least one interval
        foreach (var token in tokens)
        {
            if (ReadInterval(token) is (var first, var last))
            {
                ranges.Add(new GtidRange(source, first, last));
                expectsInterval = false;
            }
            else if (TagPattern().IsMatch(token) && (!expectsInterval || source.Tag.Length == 0))
            {
                source = source with { Tag = token.ToLowerInvariant() };
                expectsInterval = true;
            }
            else
            {
                return false;
            }
        }

        return !expectsInterval;
    }

    private static (long First, long Last)? ReadInterval(string token)
    {
        var dash = token.IndexOf('-', StringComparison.Ordinal);
        var readable = dash < 0
            ? ReadNumber(token, out var first) & ReadNumber(token, out var last)
            : ReadNumber(token.AsSpan(0, dash).TrimEnd(), out first) & ReadNumber(token.AsSpan(dash + 1).TrimStart(), out last);
        return readable && first <= last ? (first, last) : null;
    }

    private static bool ReadNumber(ReadOnlySpan<char> digits, out long number) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is >= 1 and <= LargestNumber;

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,31}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TagPattern();
}
