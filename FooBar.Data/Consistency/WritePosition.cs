using System.Buffers.Binary;
using System.Globalization;

namespace FooBar.Data.Consistency;

/// <summary>
/// Where a write stands in the history of the data: a copy that has carried out the transaction <paramref name="Number"/> of the
/// server <paramref name="Server"/> has carried out this write, and everything before it.
/// </summary>
/// <remarks>
/// One transaction is enough to tell: replicas commit in the order of their source, and a primary had everything that was
/// acknowledged before it when it was promoted. So this is 24 bytes, however many servers a cluster has had.
/// </remarks>
public readonly record struct WritePosition(Guid Server, long Number)
{
    /// <summary>How many bytes <see cref="WriteTo"/> writes.</summary>
    public const int Size = 24;

    /// <summary>As MySQL writes it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Server}:{Number}");

    /// <summary>Writes it in <see cref="Size"/> bytes.</summary>
    public void WriteTo(Span<byte> destination)
    {
        Server.TryWriteBytes(destination);
        BinaryPrimitives.WriteInt64BigEndian(destination[16..], Number);
    }

    /// <summary>Reads what <see cref="WriteTo"/> has written; null if that is no position.</summary>
    public static WritePosition? Read(ReadOnlySpan<byte> source) =>
        source.Length == Size && BinaryPrimitives.ReadInt64BigEndian(source[16..]) is > 0 and var number
            ? new(new Guid(source[..16]), number)
            : null;
}
