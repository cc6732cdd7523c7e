using FooBar.AppHost.Publishing;
using FooBar.Tests.Support.Publishing;
using FsCheck;
using FsCheck.Fluent;

namespace FooBar.Tests.Unit.Publishing;

public sealed class YamlTextTests
{
    /// <summary>Texts that some reader of YAML takes for something else.</summary>
    internal static readonly string[] Texts =
    [
        "", " ", "~", "null", "true", "no", "Off", "y", "1", "-1", "1.5", "1e3", "0x1F", "0o17", "017", "1_000", "12:30:45", "2026-11-20", ".inf", "-.INF", ".NaN", "<<", "=",
        "a: b", "a #b", "# comment", "- item", "? key", "[list]", "{map}", "*alias", "&anchor", "!tag", "%directive", "@at", "`back`", "|", ">", "---", "...", ":", "'", "\"",
        "$(X) $$ ${X}", "{{0}} {}", "back\\slash", "Grüße 日本語 \U0001F433", "\u00a0", "\u200b", "\ufeff", "\t", "a\tb", "\r", "a\r\nb", "\u0007",
        " leading", "trailing ", "\n", "\na", "a\n", "a\n\n", "a\n\nb", "a\n...\n---\nb", "  a\nb", "a \n b\n", "\ta\nb", "# a\n# b\n", new string('x', 5000) + " y",
    ];

    public static TheoryData<string> TextsAsData => new(Texts);

    [Theory]
    [MemberData(nameof(TextsAsData))]
    public void Text_Written_IsReadAsTheSame(string text) => Assert.Equal(text, ThroughYaml(text));

    [Fact]
    public void Text_OfAnyKind_IsReadAsTheSame() => Prop.ForAll(
        ArbMap.Default.ArbFor<string>().Filter(text => text is not null && !text.Contains('\0', StringComparison.Ordinal) && IsWellFormed(text)),
        text => ThroughYaml(text) == text).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Document_OfSeveral_KeepsItsOrderAndItsComments()
    {
        var text = YamlText.Write("Two.\nOf them.", new YamlMap { { "b", 1, "first" }, { "a", true } }, new YamlMap { { "empty", new YamlMap() }, { "none", null }, { "list", (string[])["x"] } });

        Assert.Equal("# Two.\n# Of them.\n# first\nb: 1\na: true\n---\nempty: {}\nlist:\n- x\n", text);
    }

    // Both as the last text of a document and before another one.
    private static string ThroughYaml(string text)
    {
        var read = YamlDocuments.Parse(YamlText.Write("Texts.", new YamlMap { { "one", text }, { "list", (string[])[text, text] } })).Single();
        Assert.All(read.Texts("list"), other => Assert.Equal(read.Text("one"), other));
        return read.Text("one")!;
    }

    // Half of a surrogate pair is no text and has no UTF-8.
    private static bool IsWellFormed(string text) => !text.EnumerateRunes().Contains(System.Text.Rune.ReplacementChar);
}
