namespace FooBar.Tests.Support.Publishing;

/// <summary>Every overlay of what is published for Kubernetes, rendered once for all tests of the collection.</summary>
public sealed class RenderedOverlays : IAsyncLifetime
{
    /// <summary>The components that no overlay takes in by itself.</summary>
    private static readonly string[] Optional = ["cert-manager", "external-secrets"];

    private readonly PublishedKubernetes published = new();
    private readonly TemporaryFolder folder = new();

    internal PublishedKubernetes Published => published;

    internal IReadOnlyList<Overlay> All { get; private set; } = [];

    internal Overlay Production => All.Single(overlay => overlay.Name == "production");

    /// <summary>The secrets that secrets.sh makes, with the names of their entries.</summary>
    internal IReadOnlyDictionary<string, IReadOnlyCollection<string>> Secrets { get; private set; } = new Dictionary<string, IReadOnlyCollection<string>>();

    public async Task InitializeAsync()
    {
        await published.InitializeAsync();
        var overlays = Directory.GetDirectories(Path.Combine(published.Path, "overlays"));
        var everything = Path.Combine(published.Path, "overlays", "production-with-every-component");
        Directory.CreateDirectory(everything);
        await File.WriteAllTextAsync(
            Path.Combine(everything, "kustomization.yaml"),
            $"namespace: foobar\nresources: [../production]\ncomponents: [{string.Join(", ", Optional.Select(component => $"../../components/{component}"))}]\n");
        All = await Task.WhenAll(overlays.Append(everything).Order(StringComparer.Ordinal).Select(Overlay.RenderAsync));

        var cluster = new RecordingCluster(folder.Path, "foobar");
        var run = await cluster.RunAsync(Path.Combine(published.Path, "secrets.sh"));
        Assert.True(run.ExitCode == 0, run.Errors);
        Secrets = cluster.Secrets.ToDictionary(secret => secret.Key, IReadOnlyCollection<string> (secret) => [.. secret.Value.Keys]);
    }

    public async Task DisposeAsync()
    {
        folder.Dispose();
        await published.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class ShareRenderedOverlays : ICollectionFixture<RenderedOverlays>
{
    public const string Name = "Rendered overlays";
}
