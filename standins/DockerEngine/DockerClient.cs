namespace DockerEngine;

/// <summary>A small client of the Docker Engine API. Every call has a time limit and ends with <see cref="DockerEngineException"/> when it fails.</summary>
public sealed class DockerClient : IDisposable
{
    private readonly DockerHttp _http;

    public DockerClient()
        : this(DockerEndpoint.FromEnvironment())
    {
    }

    public DockerClient(DockerEndpoint endpoint)
    {
        Endpoint = endpoint;
        _http = new DockerHttp(endpoint);
        Containers = new ContainerApi(_http);
        Images = new ImageApi(_http);
        Networks = new NetworkApi(_http);
        Volumes = new VolumeApi(_http);
    }

    public DockerEndpoint Endpoint { get; }

    public ContainerApi Containers { get; }

    public ImageApi Images { get; }

    public NetworkApi Networks { get; }

    public VolumeApi Volumes { get; }

    /// <summary>Throws unless an engine answers within five seconds.</summary>
    public Task PingAsync(CancellationToken cancellationToken) =>
        _http.CallAsync(HttpMethod.Get, "_ping", null, cancellationToken, TimeSpan.FromSeconds(5));

    public Task<EngineVersion> VersionAsync(CancellationToken cancellationToken) =>
        _http.CallAsync<EngineVersion>(HttpMethod.Get, "version", null, cancellationToken, TimeSpan.FromSeconds(5));

    public void Dispose() => _http.Dispose();
}

public sealed record EngineVersion(string Version, string ApiVersion, string Os, string Arch);
