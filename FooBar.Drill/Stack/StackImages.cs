using System.Diagnostics;

namespace FooBar.Drill.Stack;

/// <summary>The container images of the services, built for one run and removed with it.</summary>
internal sealed class StackImages : IAsyncDisposable
{
    private static readonly string[] Services = ["gateway", "web", "failover"];

    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(5), RemoveLimit = TimeSpan.FromMinutes(1);

    /// <summary>Unique, so that runs on one machine do not meet.</summary>
    public string Tag { get; } = $"drill-{Guid.NewGuid():N}"[..14];

    public Task BuildAsync() => AppHostProcess.PublishAsync(BuildLimit, "images", $"--FooBar:Publish:Tag={Tag}");

    /// <summary>Removes the images. A failure is ignored: a build that failed has left some of them out.</summary>
    public async ValueTask DisposeAsync()
    {
        var references = Services.Select(service => $"foobar/{service}:{Tag}");
        await ProgramRun.OfAsync(new ProcessStartInfo("docker", ["image", "rm", .. references]), RemoveLimit);
    }
}
