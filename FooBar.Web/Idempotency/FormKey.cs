using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using FooBar.Data.Idempotency;

namespace FooBar.Web.Idempotency;

/// <summary>
/// The idempotency key of a form, a hidden field of it (the partial _FormKey): a fresh one for every form that is rendered, so that
/// a form that is sent twice is carried out once.
/// </summary>
internal sealed record FormKey : IParsable<FormKey>
{
    private readonly string _text;

    private FormKey(string text) => _text = text;

    public static FormKey New() => new(Guid.NewGuid().ToString("N"));

    /// <summary>What is no key, in a form that somebody has tampered with, becomes a new one.</summary>
    public static FormKey Parse(string? s, IFormatProvider? provider) => s is not null && IdempotencyKeyHeader.IsKey(s) ? new(s) : New();

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out FormKey result)
    {
        result = Parse(s, provider);
        return true;
    }

    /// <param name="form">Which form it is: the same key in another form is another key.</param>
    /// <param name="content">What was typed, without what changes from one rendering to the next.</param>
    public IdempotencyKey For<T>(string form, T content) => IdempotencyKey.Of($"form {form}", _text, JsonSerializer.SerializeToUtf8Bytes(content));

    public override string ToString() => _text;
}
