using System.Diagnostics;
using FooBar.AppHost.Publishing.Images;
using Microsoft.Extensions.Logging.Abstractions;

namespace FooBar.Tests.Support.Publishing;

/// <summary>The container images of the services, built once for all tests of the collection and gone with it.</summary>
public sealed class PublishedImages : IAsyncLifetime
{
    private static readonly string[] Services = ["gateway", "web", "failover"];

    /// <summary>One of its own for every run, so that runs on one machine do not meet.</summary>
    public string Tag { get; } = $"test-{Guid.NewGuid():N}"[..13];

    /// <summary>
    /// What images are built on here: what FooBar__Publish__BaseImage names, as ./test sets it; else the one that containers/dotnet/build
    /// has made; else, with null, Microsoft's.
    /// </summary>
    internal static string? BaseImage { get; } = Environment.GetEnvironmentVariable("FooBar__Publish__BaseImage") is { Length: > 0 } named ? named : MadeHere();

    public async Task InitializeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var builder = new ImageBuilder(archives: null, NullLogger.Instance);
        foreach (var service in Services)
        {
            await builder.BuildAsync(Build(service, Tag), limit.Token);
        }
    }

    public async Task DisposeAsync() => await DockerAsync(["image", "rm", .. Services.Select(Reference)]);

    /// <summary>The name of the image of gateway, web or failover.</summary>
    public string Reference(string service) => Build(service, Tag).Reference;

    /// <summary>Runs the engine's command.</summary>
    internal static async Task<(int ExitCode, string Output)> DockerAsync(params string[] arguments)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        return await ChildProgram.RunAsync(new ProcessStartInfo("docker", arguments), limit.Token);
    }

    internal static ImageBuild Build(string service, string tag, string? checkout = null, string? registry = null)
    {
        var project = $"FooBar.{char.ToUpperInvariant(service[0])}{service[1..]}";
        return new ImageBuild(Path.Combine(checkout ?? Checkout.Root, project, $"{project}.csproj"), $"foobar/{service}", tag, registry, BaseImage);
    }

    private static string? MadeHere()
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var layout = Path.Combine(cache, "foobar", "base-image");
        return File.Exists(Path.Combine(layout, "index.json")) ? $"oci:{layout}" : null;
    }
}

/// <remarks>Not beside other tests: building images keeps every processor busy, and others measure time.</remarks>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SharePublishedImages : ICollectionFixture<PublishedImages>
{
    public const string Name = "published images";
}
