using System.Collections;
using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace FooBar.AppHost.Publishing;

/// <summary>Maps and lists as YAML, the same bytes for the same content on every machine.</summary>
internal static partial class YamlText
{
    private static readonly HashSet<string> OtherThanText = new(StringComparer.OrdinalIgnoreCase)
    {
        "", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", ".nan", ".inf", "+.inf", "-.inf",
    };

    /// <summary>One or more documents; the comment stands at the head of the file.</summary>
    public static string Write(string comment, params IEnumerable<YamlMap> documents)
    {
        var text = new StringWriter { NewLine = "\n" };
        var first = true;
        foreach (var document in documents)
        {
            text.Write(first ? Heading(comment) : "---\n");
            text.Write(Document(document));
            first = false;
        }

        return text.ToString();
    }

    /// <summary>A list as a text that stands inside of another document.</summary>
    public static string Fragment(IReadOnlyList<YamlMap> list) => Document(list);

    private static string Heading(string comment) => string.Concat(comment.Split('\n').Select(line => $"# {line}\n"));

    private static string Document(object content)
    {
        var text = new StringWriter { NewLine = "\n" };
        var emitter = new Emitter(text, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, content);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());

        // The emitter marks the end of a document whose last scalar ends in line breaks; the next one begins with "---" anyway.
        return text.ToString().TrimEnd('\n').Replace("\n...", "", StringComparison.Ordinal) + "\n";
    }

    private static void Emit(IEmitter emitter, object value)
    {
        switch (value)
        {
            case YamlMap map:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, map.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var entry in map)
                {
                    foreach (var line in entry.Comment?.Split('\n') ?? [])
                    {
                        emitter.Emit(new Comment(line, isInline: false));
                    }

                    Emit(emitter, entry.Key);
                    Emit(emitter, entry.Value);
                }

                emitter.Emit(new MappingEnd());
                break;

            case string text:
                emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, Style(text), isPlainImplicit: true, isQuotedImplicit: true));
                break;

            case bool flag:
                Plain(emitter, flag ? "true" : "false");
                break;

            case int number:
                Plain(emitter, number.ToString(CultureInfo.InvariantCulture));
                break;

            case IEnumerable list:
                var items = list.Cast<object>().ToList();
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, items.Count == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
                items.ForEach(item => Emit(emitter, item));
                emitter.Emit(new SequenceEnd());
                break;

            default:
                throw new ArgumentException($"YAML for a {value.GetType().Name} is not known here.", nameof(value));
        }
    }

    private static void Plain(IEmitter emitter, string text) =>
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, ScalarStyle.Plain, isPlainImplicit: true, isQuotedImplicit: false));

    // What a reader of YAML 1.1 or 1.2 would take for a number, a boolean or nothing has to be quoted to stay text; so has what it
    // would take for the end of a line, or leave out at the edge of a block.
    private static ScalarStyle Style(string text) =>
        OtherThanText.Contains(text) || LikeANumber().IsMatch(text) || text.Any(IsUnseen) || text.EndsWith("\n\n", StringComparison.Ordinal) ? ScalarStyle.DoubleQuoted
        : !text.Contains('\n', StringComparison.Ordinal) ? ScalarStyle.Any
        : char.IsWhiteSpace(text[0]) ? ScalarStyle.DoubleQuoted
        : ScalarStyle.Literal;

    private static bool IsUnseen(char c) => c != '\n' && char.GetUnicodeCategory(c)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned;

    // Decimal, hexadecimal, octal, with an exponent, with colons (base 60), a date: more than any one reader takes for a number.
    [GeneratedRegex(@"^[-+.]?[0-9][0-9a-fA-FxXoO_.:eE+-]*$")]
    private static partial Regex LikeANumber();
}
