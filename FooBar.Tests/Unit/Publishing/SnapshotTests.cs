using System.Runtime.Versioning;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Unit.Publishing;

/// <summary>What is published for Kubernetes, byte for byte.</summary>
public sealed class SnapshotTests(PublishedKubernetes published) : IClassFixture<PublishedKubernetes>
{
    [Fact]
    public void Kubernetes_Published_IsAsAccepted() =>
        Snapshot.Matches(Path.Combine(Checkout.Root, "FooBar.Tests", "Unit", "Publishing", "Snapshots", "kubernetes"), published.Path);

    [Fact]
    public async Task Kubernetes_PublishedAgain_IsTheSameToTheByte()
    {
        using var folder = new TemporaryFolder();

        await AppHostPublishing.PublishAsync(Path.Combine(folder.Path, "other"));

        Assert.Null(Snapshot.Difference(published.Path, Path.Combine(folder.Path, "other")));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Kubernetes_Programs_CanBeExecuted()
    {
        var programs = Directory.EnumerateFiles(published.Path, "*", SearchOption.AllDirectories)
            .Where(file => File.ReadLines(file).FirstOrDefault() is { } first && first.StartsWith("#!", StringComparison.Ordinal)).ToList();

        Assert.Contains(Path.Combine(published.Path, "secrets.sh"), programs);
        Assert.All(programs, program => Assert.True(File.GetUnixFileMode(program).HasFlag(UnixFileMode.UserExecute), program));
    }

    [Theory]
    [InlineData("one\ntwo\n", "one\nthree\n", "line 2")]
    [InlineData("one\n", "one\r\n", "line 1")]
    [InlineData("one\n", "one\n\n", "line 3")]
    [InlineData("one\n", null, "not written any more")]
    [InlineData(null, "one\n", "is not in")]
    [InlineData("one\n", "one\n", null)]
    public void Difference_OfOneFile_IsNamedWithItsFirstLine(string? accepted, string? actual, string? named)
    {
        using var one = new TemporaryFolder();
        using var other = new TemporaryFolder();
        foreach (var (folder, text) in new[] { (one, accepted), (other, actual) })
        {
            File.WriteAllText(Path.Combine(folder.Path, "a-file-that-is-the-same"), "same");
            if (text is not null)
            {
                File.WriteAllText(Path.Combine(folder.Path, "file"), text);
            }
        }

        var difference = Snapshot.Difference(one.Path, other.Path);

        if (named is null)
        {
            Assert.Null(difference);
        }
        else
        {
            Assert.StartsWith("file ", difference, StringComparison.Ordinal);
            Assert.Contains(named, difference, StringComparison.Ordinal);
        }
    }
}
