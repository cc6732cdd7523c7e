using System.Diagnostics;

namespace FooBar.Tests.Support.Publishing;

/// <summary>The container images of the services, built once for all tests of the collection and removed with it.</summary>
public sealed class PublishedImages : IAsyncLifetime
{
    private static readonly string[] Services = ["gateway", "web", "failover"];

    // What ./test and ./drill have settled; else, for `dotnet test`, what they have made on this machine earlier; else what the projects name.
    private static readonly string BaseImage = Environment.GetEnvironmentVariable("FooBar__Publish__BaseImage") ?? PreparedTools.BaseImage ?? "";

    /// <summary>Unique, so that runs on one machine do not meet.</summary>
    public string Tag { get; } = $"test-{Guid.NewGuid():N}"[..13];

    public async Task InitializeAsync()
    {
        var run = await PublishAsync($"--FooBar:Publish:Tag={Tag}");
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
    }

    public async Task DisposeAsync() => await DockerAsync(["image", "rm", .. Services.Select(Reference)]);

    /// <summary>The name of the image of gateway, web or failover.</summary>
    public string Reference(string service) => $"foobar/{service}:{Tag}";

    /// <summary>Does what <c>./publish images</c> does.</summary>
    internal static Task<ProgramRun> PublishAsync(params string[] settings) =>
        AppHostPublishing.RunAsync(Path.GetTempPath(), "images", [$"--FooBar:Publish:BaseImage={BaseImage}", .. settings]);

    /// <summary>Makes the image of one project without the AppHost.</summary>
    internal static Task<ProgramRun> BuildAsync(string project, string tag)
    {
        string[] baseImage = BaseImage.Length > 0 ? [$"-p:ContainerBaseImage={BaseImage}"] : [];
        return ProgramRun.OfAsync(
            new ProcessStartInfo("dotnet", ["publish", project, "-c", "Release", "-t:PublishContainer", "-nodeReuse:false", $"-p:ContainerImageTag={tag}", .. baseImage]),
            TimeSpan.FromMinutes(3));
    }

    /// <summary>Runs the engine's command.</summary>
    internal static async Task<(int ExitCode, string Output)> DockerAsync(params string[] arguments)
    {
        var run = await ProgramRun.OfAsync(new ProcessStartInfo("docker", arguments), TimeSpan.FromMinutes(1));
        return (run.ExitCode, run.Output + run.Errors);
    }
}

/// <remarks>Not beside other tests: building images keeps every processor busy, and others measure time.</remarks>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SharePublishedImages : ICollectionFixture<PublishedImages>
{
    public const string Name = "published images";
}
