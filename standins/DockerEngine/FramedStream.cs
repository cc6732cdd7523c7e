using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace DockerEngine;

/// <summary>The engine's framing of two streams in one: a byte for the stream, three of padding, a big-endian length, the payload.</summary>
internal static class FramedStream
{
    public static async IAsyncEnumerable<(bool IsError, ReadOnlyMemory<byte> Payload)> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var header = new byte[8];
        while (await ReadAsync(stream, header, cancellationToken))
        {
            var payload = new byte[BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4))];
            if (!await ReadAsync(stream, payload, cancellationToken))
            {
                yield break;
            }

            yield return (header[0] == 2, payload);
        }
    }

    private static async Task<bool> ReadAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) == buffer.Length;
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            throw new DockerEngineException($"The container engine broke off a container's output: {broken.Message}", broken);
        }
    }
}
