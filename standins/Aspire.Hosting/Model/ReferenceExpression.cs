using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A text with holes that are filled when their values are known: endpoints, parameters, connection strings.</summary>
public class ReferenceExpression : IManifestExpressionProvider, IValueProvider, IValueWithReferences
{
    public static readonly ReferenceExpression Empty = new("", [], []);

    private ReferenceExpression(string format, IReadOnlyList<IValueProvider> valueProviders, IReadOnlyList<string?> stringFormats)
    {
        Format = format;
        ValueProviders = valueProviders;
        StringFormats = stringFormats;
        ManifestExpressions = [.. valueProviders.Select(v => ((IManifestExpressionProvider)v).ValueExpression)];
    }

    public string Format { get; }
    public IReadOnlyList<IValueProvider> ValueProviders { get; }
    public IReadOnlyList<string?> StringFormats { get; }
    public IReadOnlyList<string> ManifestExpressions { get; }

    public string ValueExpression => string.Format(CultureInfo.InvariantCulture, Format, [.. ManifestExpressions]);

    IEnumerable<object> IValueWithReferences.References => ValueProviders;

    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.Parts.ToExpression();

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => GetValueAsync(new(), cancellationToken);

    public async ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken)
    {
        if (Format.Length == 0)
        {
            return null;
        }

        var values = new object?[ValueProviders.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = FormatValue(await ValueProviders[i].GetValueAsync(context, cancellationToken), StringFormats[i]);
        }

        return string.Format(CultureInfo.InvariantCulture, Format, values);
    }

    private static string? FormatValue(string? value, string? format) => format switch
    {
        null or "" => value,
        _ when value is null => null,
        "uri" or "Uri" => Uri.EscapeDataString(value),
        _ => throw new FormatException($"The format '{format}' is not supported: use 'uri' or none."),
    };

    [InterpolatedStringHandler]
    public ref struct ExpressionInterpolatedStringHandler(int literalLength, int formattedCount)
    {
        internal Builder Parts { get; } = new(literalLength, formattedCount);

        public readonly void AppendLiteral(string value) => Parts.Literal(value);

        public readonly void AppendFormatted(string? value) => Parts.Literal(value);

        public readonly void AppendFormatted(string? value, string? format = null) => Parts.Literal(FormatValue(value, format));

        public readonly void AppendFormatted<T>(T valueProvider) where T : IValueProvider, IManifestExpressionProvider => Parts.Provider(valueProvider, null);

        public readonly void AppendFormatted<T>(T valueProvider, string? format = null) where T : IValueProvider, IManifestExpressionProvider =>
            Parts.Provider(valueProvider, format);

        public readonly void AppendFormatted<T>(IResourceBuilder<T> valueProvider) where T : IResource, IValueProvider, IManifestExpressionProvider =>
            Parts.Provider(valueProvider.Resource, null);

        public readonly void AppendFormatted<T>(IResourceBuilder<T> valueProvider, string? format = null)
            where T : IResource, IValueProvider, IManifestExpressionProvider => Parts.Provider(valueProvider.Resource, format);
    }

    internal sealed class Builder(int literalLength = 0, int formattedCount = 0)
    {
        private readonly StringBuilder _format = new(literalLength + (4 * formattedCount));
        private readonly List<IValueProvider> _providers = new(formattedCount);
        private readonly List<string?> _stringFormats = new(formattedCount);

        public bool IsEmpty => _format.Length == 0;

        // The text becomes a format string, so a brace is doubled, except one that is doubled already.
        public void Literal(string? value)
        {
            for (var i = 0; i < (value?.Length ?? 0); i++)
            {
                var c = value![i];
                _format.Append(c, c is '{' or '}' ? 2 : 1);
                if (c is '{' or '}' && i + 1 < value.Length && value[i + 1] == c)
                {
                    i++;
                }
            }
        }

        public void Provider(object provider, string? format)
        {
            if (provider is not IValueProvider value || provider is not IManifestExpressionProvider)
            {
                throw new ArgumentException($"'{provider.GetType().Name}' is no value provider with a manifest expression.", nameof(provider));
            }

            _format.Append(CultureInfo.InvariantCulture, $"{{{_providers.Count}}}");
            _providers.Add(value);
            _stringFormats.Add(format);
        }

        public ReferenceExpression ToExpression() => new(_format.ToString(), [.. _providers], [.. _stringFormats]);
    }
}

public class ReferenceExpressionBuilder
{
    private readonly ReferenceExpression.Builder _parts = new();

    public bool IsEmpty => _parts.IsEmpty;

    public void Append([InterpolatedStringHandlerArgument("")] in ReferenceExpressionBuilderInterpolatedStringHandler handler) => _ = handler;

    public void AppendLiteral(string value) => _parts.Literal(value);

    public void AppendFormatted(string? value) => _parts.Literal(value);

    public void AppendFormatted<T>(T valueProvider) where T : IValueProvider, IManifestExpressionProvider => _parts.Provider(valueProvider, null);

    public void AppendFormatted<T>(T valueProvider, string? format) where T : IValueProvider, IManifestExpressionProvider => _parts.Provider(valueProvider, format);

    public void AppendValueProvider(object valueProvider, string? format = null) => _parts.Provider(valueProvider, format);

    public ReferenceExpression Build() => _parts.ToExpression();

    [InterpolatedStringHandler]
    public ref struct ReferenceExpressionBuilderInterpolatedStringHandler(int literalLength, int formattedCount, ReferenceExpressionBuilder builder)
    {
        private readonly ReferenceExpressionBuilder _builder = literalLength < 0 || formattedCount < 0 ? throw new ArgumentOutOfRangeException(nameof(literalLength)) : builder;

        public readonly void AppendLiteral(string value) => _builder.AppendLiteral(value);

        public readonly void AppendFormatted(string? value) => _builder.AppendFormatted(value);

        public readonly void AppendFormatted<T>(T valueProvider) where T : IValueProvider, IManifestExpressionProvider => _builder.AppendFormatted(valueProvider);

        public readonly void AppendFormatted<T>(T valueProvider, string? format) where T : IValueProvider, IManifestExpressionProvider =>
            _builder.AppendFormatted(valueProvider, format);

        public readonly void AppendFormatted<T>(IResourceBuilder<T> valueProvider) where T : IResource, IValueProvider, IManifestExpressionProvider =>
            _builder.AppendValueProvider(valueProvider.Resource);
    }
}
