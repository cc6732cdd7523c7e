using FooBar.Tests.Support;
using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Integration.Publishing;

/// <summary>The compose file as it is written; <see cref="EndToEnd.ComposeTests"/> starts it.</summary>
public sealed class ComposeFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task EveryContainer_OfANodeThatIsGone_GivesUpLookingForItSoon()
    {
        var run = await AppHostPublishing.RunAsync(folder.Path, "compose");
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);

        var file = YamlDocuments.Parse(File.ReadAllText(Path.Combine(folder.Path, "compose.yaml"))).Single();

        Assert.All(file["services"]!.AsObject(), service =>
            Assert.Equal(["timeout:1", "attempts:1"], service.Value!["dns_opt"]!.AsArray().Select(option => option!.GetValue<string>())));
    }
}
