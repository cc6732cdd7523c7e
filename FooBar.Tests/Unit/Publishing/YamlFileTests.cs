using FooBar.AppHost.Publishing;
using FooBar.Tests.Support.Publishing;
using FsCheck;
using FsCheck.Fluent;
using k8s.Models;
using YamlDotNet.Serialization.NamingConventions;

namespace FooBar.Tests.Unit.Publishing;

public sealed class YamlFileTests
{
    /// <summary>Texts that some reader of YAML takes for something else.</summary>
    internal static readonly string[] Texts =
    [
        "", " ", "~", "null", "true", "no", "Off", "y", "1", "-1", "+1", "1.5", "1e3", "0x1F", "0b11", "0o17", "017", "1_000", "12:30:45", "2026-11-20",
        ".inf", "-.INF", ".NaN", "<<", "=",
        "a: b", "a #b", "# comment", "- item", "? key", "[list]", "{map}", "*alias", "&anchor", "!tag", "%directive", "@at", "`back`", "|", ">", "---", "...", ":", "'", "\"",
        "$(X) $$ ${X}", "{{0}} {}", "back\\slash", "Grüße 日本語 \U0001F433", "\u00a0", "\u200b", "\ufeff",
        " leading", "trailing ", "\n", "\na", "a\n", "a\n\n", "a\n\nb", "a\n...\n---\nb", "  a\nb", "a \n b\n", "# a\n# b\n", new string('x', 5000) + " y",
    ];

    public static TheoryData<string> TextsAsData => new(Texts);

    [Theory]
    [MemberData(nameof(TextsAsData))]
    public void Text_Written_IsReadAsTheSame(string text)
    {
        Assert.Equal(text, ThroughKubernetes(text));
        Assert.Equal(text, ThroughCompose(text));
    }

    [Fact]
    public void Text_OfAnyKind_IsReadAsTheSame() => Prop.ForAll(
        ArbMap.Default.ArbFor<string>().Filter(text => text is not null && IsPublished(text)),
        text => ThroughKubernetes(text) == text).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Objects_Written_HaveTheirTypeAndTheHeading() => Assert.Equal(
        "# Two.\n# Of them.\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\n---\napiVersion: apps/v1\nkind: Deployment\nspec:\n  replicas: 2\n",
        YamlFile.Of("Two.\nOf them.", new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "one" } }, new V1Deployment { Spec = new V1DeploymentSpec { Replicas = 2 } }));

    private static string? ThroughKubernetes(string text) =>
        YamlDocuments.Parse(YamlFile.Of("Texts.", new V1ConfigMap { Data = new Dictionary<string, string> { ["one"] = text, ["two"] = text } }, new V1ConfigMap()))[0].Text("data.two");

    private static string? ThroughCompose(string text) =>
        YamlDocuments.Parse(YamlFile.Of("Texts.", new Dictionary<string, string> { ["one"] = text, ["two"] = text }, UnderscoredNamingConvention.Instance)).Single().Text("two");

    // What ValueReader lets through, without halves of a surrogate pair.
    private static bool IsPublished(string text) =>
        text.All(c => c == '\n' || !(char.IsControl(c) || c is '\u2028' or '\u2029')) && text.EnumerateRunes().All(rune => rune.Value != 0xFFFD);
}
