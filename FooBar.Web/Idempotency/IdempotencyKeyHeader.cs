using System.Buffers;
using Microsoft.Extensions.Primitives;

namespace FooBar.Web.Idempotency;

/// <summary>The request header of draft-ietf-httpapi-idempotency-key-header.</summary>
internal static class IdempotencyKeyHeader
{
    public const string Name = "Idempotency-Key";

    public const int MaxLength = 255;

    public const string Rule = "Idempotency-Key is one value of 1 to 255 visible ASCII characters other than comma, backslash and double quote, with or without double quotes around it; a UUID is a good one.";

    // A structured field's string, less what would have to be escaped in one, and less spaces, which get lost on the way.
    private static readonly SearchValues<char> Allowed = SearchValues.Create(
        [.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code).Where(letter => letter is not ('"' or '\\' or ','))]);

    /// <returns>Whether the header is absent or well-formed; the key is null if it is absent.</returns>
    public static bool TryRead(StringValues header, out string? key)
    {
        key = null;
        if (header.Count == 0)
        {
            return true;
        }

        var text = header.Count == 1 ? header[0]!.Trim() : "";
        if (text is ['"', .. var quoted, '"'])
        {
            text = quoted;
        }

        key = IsKey(text) ? text : null;
        return key is not null;
    }

    public static bool IsKey(string text) => text.Length is > 0 and <= MaxLength && !text.AsSpan().ContainsAnyExcept(Allowed);
}
