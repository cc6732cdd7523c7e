using System.Net;
using System.Text.Json.Nodes;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Integration.Publishing;

/// <summary>What the container images promise, in an engine that gives them as little as Kubernetes will.</summary>
[Collection(SharePublishedImages.Name)]
public sealed class ImageTests(PublishedImages images)
{
    private static readonly string[] Confined =
        ["run", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", "1654", "--memory", "256m"];

    [Fact]
    public async Task Gateway_Confined_AnswersOnItsManagementPort()
    {
        var name = $"foobar-{images.Tag}";
        var port = FreePort.Next();
        await using var removed = new Undo(() => PublishedImages.DockerAsync("rm", "--force", name));
        var (exitCode, output) = await PublishedImages.DockerAsync(
        [
            .. Confined, "--detach", "--name", name, "--publish", $"127.0.0.1:{port}:8404",
            "--env", "Gateway__Address=any", "--env", "Gateway__ManagementAddress=any", "--env", "XDG_DATA_HOME=/tmp",
            "--env", "services__web__http__0=http://127.0.0.1:9", images.Reference("gateway"),
        ]);
        Assert.True(exitCode == 0, output);

        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        await Eventually.Within(TimeSpan.FromSeconds(20), async ct =>
        {
            using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/alive"), ct);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        });
    }

    [Theory]
    [InlineData("web", "ConnectionStrings")]
    [InlineData("failover", "Failover")]
    public async Task Service_ConfinedWithoutConfiguration_EndsWithWhatIsMissing(string service, string missing)
    {
        var (exitCode, output) = await PublishedImages.DockerAsync([.. Confined, "--rm", images.Reference(service)]);

        Assert.Equal(1, exitCode);
        Assert.Contains(missing, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gateway", "FooBar.Gateway", "8080/tcp 8404/tcp 8443/tcp")]
    [InlineData("web", "FooBar.Web", "8080/tcp")]
    [InlineData("failover", "FooBar.Failover", "8080/tcp")]
    public async Task Image_OfAService_SaysWhatItIsAndHasNoShell(string service, string title, string ports)
    {
        var (_, output) = await PublishedImages.DockerAsync("image", "inspect", "--format", "{{json .Config}}", images.Reference(service));
        var config = JsonNode.Parse(output)!;
        var labels = config["Labels"]!;

        Assert.Equal("1654", (string?)config["User"]);
        Assert.Equal(ports, string.Join(' ', config["ExposedPorts"]!.AsObject().Select(port => port.Key).Order(StringComparer.Ordinal)));
        Assert.Equal(title, (string?)labels["org.opencontainers.image.title"]);
        Assert.Equal("MIT", (string?)labels["org.opencontainers.image.licenses"]);
        Assert.Matches(@"^\d+\.\d+\.\d+$", (string?)labels["org.opencontainers.image.version"]);
        Assert.DoesNotContain("127.0.0.1", (string?)labels["org.opencontainers.image.base.name"], StringComparison.Ordinal);

        var (exitCode, _) = await PublishedImages.DockerAsync("run", "--rm", "--network", "none", "--entrypoint", "/bin/sh", images.Reference(service), "-c", "true");
        Assert.Equal(127, exitCode);
    }

    [Fact]
    public async Task Image_BuiltElsewhereFromTheSameSources_IsTheSame()
    {
        using var elsewhere = new TemporaryFolder();
        await CheckoutCopy.MakeAsync(elsewhere.Path);
        var again = $"foobar/gateway:{images.Tag}-again";
        await using var removed = new Undo(() => PublishedImages.DockerAsync("image", "rm", again));

        var run = await PublishedImages.BuildAsync(Path.Combine(elsewhere.Path, "FooBar.Gateway"), $"{images.Tag}-again");

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Equal(await IdAsync(images.Reference("gateway")), await IdAsync(again));
    }

    [Fact]
    public async Task Images_BaseImageOutOfReach_SaySoInOneSentence()
    {
        var run = await PublishedImages.PublishAsync("--FooBar:Publish:BaseImage=127.0.0.1:9/nothing:1");

        Assert.Equal(1, run.ExitCode);
        var refusal = Assert.Single((run.Output + run.Errors).Split('\n'), line => line.Contains("was not built", StringComparison.Ordinal));
        Assert.Contains("127.0.0.1:9", refusal, StringComparison.Ordinal);
        Assert.Contains("FooBar:Publish:BaseImage", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_BuiltAgainIntoArchives_AreTheSame()
    {
        using var folder = new TemporaryFolder();
        var tag = $"{images.Tag}-file";

        var run = await PublishedImages.PublishAsync($"--FooBar:Publish:Tag={tag}", "--FooBar:Publish:Registry=registry.example.com:5000/team", $"--FooBar:Publish:Archives={folder.Path}");

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Equal(
            [$"foobar-failover-{tag}.tar", $"foobar-gateway-{tag}.tar", $"foobar-web-{tag}.tar"],
            Directory.GetFileSystemEntries(folder.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        foreach (var service in new[] { "failover", "gateway", "web" })
        {
            var loaded = $"registry.example.com:5000/team/foobar/{service}:{tag}";
            await using var removed = new Undo(() => PublishedImages.DockerAsync("image", "rm", loaded));
            var (exitCode, output) = await PublishedImages.DockerAsync("load", "--quiet", "--input", Path.Combine(folder.Path, $"foobar-{service}-{tag}.tar"));
            Assert.True(exitCode == 0, output);
            Assert.Equal(await IdAsync(images.Reference(service)), await IdAsync(loaded));
        }
    }

    // The digest of an image's configuration, which holds the digests of its layers.
    private static async Task<string> IdAsync(string reference)
    {
        var (exitCode, output) = await PublishedImages.DockerAsync("image", "inspect", "--format", "{{.Id}}", reference);
        Assert.True(exitCode == 0, output);
        return output;
    }
}
