using System.Buffers.Binary;
using System.Text;

namespace FooBar.Tests.Support.Otlp;

/// <summary>A field of a protobuf message: a number for the varint and fixed types, bytes for everything else.</summary>
internal readonly record struct ProtobufField(int Number, ulong Value, ReadOnlyMemory<byte> Bytes)
{
    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    public string Hex => Convert.ToHexStringLower(Bytes.Span);
}

/// <summary>
/// The wire format of Protocol Buffers, as much of it as OTLP needs: varint (0), fixed 64 (1), length-delimited (2), fixed 32 (5).
/// https://protobuf.dev/programming-guides/encoding/
/// </summary>
internal static class ProtobufReader
{
    public static IEnumerable<ProtobufField> Fields(ReadOnlyMemory<byte> message)
    {
        while (message.Length > 0)
        {
            var tag = Varint(ref message);
            var number = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    yield return new ProtobufField(number, Varint(ref message), default);
                    break;
                case 1:
                    yield return new ProtobufField(number, BinaryPrimitives.ReadUInt64LittleEndian(Take(ref message, 8).Span), default);
                    break;
                case 2:
                    yield return new ProtobufField(number, 0, Take(ref message, (int)Varint(ref message)));
                    break;
                case 5:
                    yield return new ProtobufField(number, BinaryPrimitives.ReadUInt32LittleEndian(Take(ref message, 4).Span), default);
                    break;
                default:
                    throw new FormatException($"Field {number} has wire type {tag & 7}, which OTLP does not use.");
            }
        }
    }

    /// <summary>The messages at a path of field numbers, for example 1, 2: every field 2 of every field 1.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> At(ReadOnlyMemory<byte> message, params int[] path) =>
        path.Aggregate(
            Enumerable.Repeat(message, 1),
            (messages, number) => messages.SelectMany(Fields).Where(field => field.Number == number).Select(field => field.Bytes));

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> message, int length)
    {
        var taken = message[..length];
        message = message[length..];
        return taken;
    }

    private static ulong Varint(ref ReadOnlyMemory<byte> message)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(ref message, 1).Span[0];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new FormatException("A varint is longer than 10 bytes.");
    }
}
