using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace FooBar.Data.Idempotency;

/// <summary>What makes a write and its repetitions one: whoever brings the same key and the same request gets the same answer.</summary>
public sealed class IdempotencyKey
{
    private IdempotencyKey(ImmutableArray<byte> id, ImmutableArray<byte> request) => (Id, Request) = (id, request);

    /// <summary>SHA-256 of scope and key: of one size, and nobody who reads the table learns a key.</summary>
    internal ImmutableArray<byte> Id { get; }

    /// <summary>SHA-256 of the request that brought the key first.</summary>
    internal ImmutableArray<byte> Request { get; }

    /// <summary>A key that a client has made.</summary>
    /// <param name="scope">
    /// Within which the key is unique: what it names (a route, and the user once there are users). The same key in another scope is
    /// another key, and finds no answer of this one.
    /// </param>
    /// <param name="key">The client's key.</param>
    /// <param name="request">What is asked for; another request with the same key is refused.</param>
    public static IdempotencyKey Of(string scope, string key, ReadOnlySpan<byte> request)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(key);

        // Neither a route nor a key contains a line feed, so that no two pairs make the same text.
        return new([.. SHA256.HashData(Encoding.UTF8.GetBytes($"{scope}\n{key}"))], [.. SHA256.HashData(request)]);
    }

    /// <summary>A key for a write whose client has made none: the write is made once although the connection breaks.</summary>
    public static IdempotencyKey New() => new([.. RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes)], [.. new byte[SHA256.HashSizeInBytes]]);
}
