using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace FooBar.Data.Consistency;

/// <summary>
/// A set of MySQL's global transaction identifiers, as in <c>@@gtid_executed</c>: an immutable value.
/// Two sets are equal when they hold the same transactions, however they were written.
/// </summary>
/// <remarks>
/// One sorted array of ranges that neither overlap nor touch holds the whole set, so that every operation is one
/// walk over both operands.
/// </remarks>
public sealed class GtidSet : IEquatable<GtidSet>
{
    private readonly ImmutableArray<GtidRange> _ranges;

    private GtidSet(ImmutableArray<GtidRange> ranges) => _ranges = ranges;

    /// <summary>The set without any transaction.</summary>
    public static GtidSet Empty { get; } = new([]);

    /// <summary>Whether the set holds no transaction.</summary>
    public bool IsEmpty => _ranges.IsEmpty;

    /// <summary>How many transactions the set holds.</summary>
    public long Count => _ranges.Sum(range => range.Last - range.First + 1);

    /// <summary>Reads a set as MySQL prints or accepts it.</summary>
    /// <exception cref="FormatException">The text is no GTID set; the message says what is wrong with which part.</exception>
    public static GtidSet Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return GtidSetParser.Read(text, out var ranges) is { } mistake ? throw new FormatException(mistake) : Of(ranges);
    }

    /// <summary>Reads a set as MySQL prints or accepts it; false if the text is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out GtidSet? set)
    {
        set = text is not null && GtidSetParser.Read(text, out var ranges) is null ? Of(ranges) : null;
        return set is not null;
    }

    /// <summary>The last transaction of a server in this set, tagged ones aside; null if the set has none.</summary>
    internal WritePosition? LastOf(Guid server)
    {
        var last = _ranges.LastOrDefault(range => range.Source == new GtidSource(server, Tag: ""));
        return last.Last > 0 ? new WritePosition(server, last.Last) : null;
    }

    /// <summary>Whether the transaction at a position is in this set.</summary>
    internal bool Contains(WritePosition position)
    {
        var source = new GtidSource(position.Server, Tag: "");
        return _ranges.Any(range => range.Source == source && range.First <= position.Number && position.Number <= range.Last);
    }

    /// <summary>Whether every transaction of <paramref name="other"/> is in this set.</summary>
    public bool Contains(GtidSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var i = 0;
        foreach (var wanted in other._ranges)
        {
            while (i < _ranges.Length && _ranges[i].EndsBefore(wanted))
            {
                i++;
            }

            // Ranges that touch are merged, so a range is in the set only if a single range of the set holds all of it.
            if (i == _ranges.Length || !_ranges[i].Overlaps(wanted)
                || _ranges[i].First > wanted.First || _ranges[i].Last < wanted.Last)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The transactions that are in this set or in <paramref name="other"/>.</summary>
    public GtidSet Union(GtidSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var both = new List<GtidRange>(_ranges.Length + other._ranges.Length);
        var (mine, theirs) = (0, 0);
        while (mine < _ranges.Length || theirs < other._ranges.Length)
        {
            var takeMine = theirs == other._ranges.Length
                || (mine < _ranges.Length && _ranges[mine].CompareTo(other._ranges[theirs]) <= 0);
            both.Add(takeMine ? _ranges[mine++] : other._ranges[theirs++]);
        }

        return new(Merged(both));
    }

    /// <summary>The transactions of this set that are not in <paramref name="other"/>.</summary>
    public GtidSet Subtract(GtidSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var rest = ImmutableArray.CreateBuilder<GtidRange>();
        var next = 0;
        foreach (var range in _ranges)
        {
            while (next < other._ranges.Length && other._ranges[next].EndsBefore(range))
            {
                next++;
            }

            var first = range.First;
            for (var i = next; i < other._ranges.Length && other._ranges[i].Overlaps(range); i++)
            {
                if (other._ranges[i].First > first)
                {
                    rest.Add(range with { First = first, Last = other._ranges[i].First - 1 });
                }

                first = other._ranges[i].Last + 1;
                next = i; // it may reach into the following range of this set, too
            }

            if (first <= range.Last)
            {
                rest.Add(range with { First = first });
            }
        }

        return new(rest.DrainToImmutable());
    }

    /// <summary>The transactions of those servers for which <paramref name="isWanted"/> says so.</summary>
    public GtidSet Where(Func<Guid, bool> isWanted)
    {
        ArgumentNullException.ThrowIfNull(isWanted);
        return new([.. _ranges.Where(range => isWanted(range.Source.Server))]);
    }

    /// <inheritdoc/>
    public bool Equals(GtidSet? other) => other is not null && _ranges.AsSpan().SequenceEqual(other._ranges.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GtidSet);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var range in _ranges)
        {
            hash.Add(range);
        }

        return hash.ToHashCode();
    }

    /// <summary>
    /// The canonical form, which MySQL accepts wherever it takes a set: servers and tags in ascending order, lower case,
    /// ranges merged; on one line, so that it fits into a log message.
    /// </summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        GtidSource? written = null;
        foreach (var (source, first, last) in _ranges)
        {
            if (written?.Server != source.Server)
            {
                text.Append(written is null ? "" : ",").Append(source.Server);
            }

            if (source.Tag.Length > 0 && written != source)
            {
                text.Append(':').Append(source.Tag);
            }

            text.Append(CultureInfo.InvariantCulture, $":{first}");
            if (last > first)
            {
                text.Append(CultureInfo.InvariantCulture, $"-{last}");
            }

            written = source;
        }

        return text.ToString();
    }

    private static GtidSet Of(List<GtidRange> ranges)
    {
        ranges.Sort();
        return new(Merged(ranges));
    }

    private static ImmutableArray<GtidRange> Merged(List<GtidRange> sorted)
    {
        var merged = ImmutableArray.CreateBuilder<GtidRange>(sorted.Count);
        foreach (var range in sorted)
        {
            if (merged.Count > 0 && merged[^1].Touches(range))
            {
                merged[^1] = merged[^1] with { Last = Math.Max(merged[^1].Last, range.Last) };
            }
            else
            {
                merged.Add(range);
            }
        }

        return merged.DrainToImmutable();
    }
}
