using System.Text.RegularExpressions;
using k8s;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace FooBar.AppHost.Publishing;

/// <summary>Typed objects as YAML files: the same bytes for the same objects on every machine.</summary>
internal static partial class YamlFile
{
    /// <summary>Objects of Kubernetes, one document each.</summary>
    /// <param name="comment">The heading of the file, at least one line.</param>
    /// <param name="objects">The objects; their API version and kind are filled in.</param>
    public static string Of(string comment, params IEnumerable<IKubernetesObject> objects) =>
        Write(comment, KubernetesYaml.SerializeAll(objects.Select(WithType)));

    /// <summary>An object of any other kind, as one document.</summary>
    public static string Of(string comment, object content, INamingConvention names) => Write(
        comment,
        new SerializerBuilder().WithNamingConvention(names).WithQuotingNecessaryStrings(quoteYaml1_1Strings: true)
            .ConfigureDefaultValuesHandling(DefaultValuesHandling.OmitNull).DisableAliases().Build().Serialize(content));

    private static IKubernetesObject WithType(IKubernetesObject item)
    {
        var type = item.GetType().GetKubernetesTypeMetadata();
        (item.ApiVersion, item.Kind) = (type.Group.Length > 0 ? $"{type.Group}/{type.ApiVersion}" : type.ApiVersion, type.Kind);
        return item;
    }

    // Both serializers leave some texts unquoted that kubectl and compose read as something else: 1_000 as a number,
    // 2026-11-20 as a time.
    private static string Write(string comment, string yaml)
    {
        var text = new StringWriter { NewLine = "\n" };
        text.Write(string.Concat(comment.Split('\n').Select(line => $"# {line}\n")));
        var emitter = new Emitter(text, new EmitterSettings().WithBestWidth(int.MaxValue));
        var parser = new Parser(new StringReader(yaml));
        while (parser.MoveNext())
        {
            emitter.Emit(
                parser.Current is Scalar { Style: ScalarStyle.Plain, Value: var plain } && !WholeNumber().IsMatch(plain) && Misread().IsMatch(plain)
                ? new Scalar(AnchorName.Empty, TagName.Empty, plain, ScalarStyle.DoubleQuoted, isPlainImplicit: false, isQuotedImplicit: true)
                : parser.Current!);
        }

        return text.ToString();
    }

    [GeneratedRegex("^-?(0|[1-9][0-9]*)$")]
    private static partial Regex WholeNumber();

    // Hexadecimal, octal, with an exponent, with colons (base 60), a date, infinity: more than any one reader takes for a number.
    [GeneratedRegex(@"^([-+.]?[0-9][0-9a-fA-FxXoO_.:eE+-]*|[-+]?\.(inf|nan)|<<|=)$", RegexOptions.IgnoreCase)]
    private static partial Regex Misread();
}
