using FooBar.AppHost.Publishing.Model;

namespace FooBar.Tests.Support.Publishing;

/// <summary>FooBar, published once for Kubernetes, and the application model that this came from.</summary>
public sealed class PublishedKubernetes : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    public string Path => System.IO.Path.Combine(folder.Path, "out");

    internal PublishedApplication Application { get; private set; } = new([], []);

    public async Task InitializeAsync() => Application = await AppHostPublishing.PublishAsync(Path);

    public Task DisposeAsync()
    {
        folder.Dispose();
        return Task.CompletedTask;
    }
}
