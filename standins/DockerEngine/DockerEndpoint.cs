using System.Net.Sockets;

namespace DockerEngine;

/// <summary>Where the engine listens: DOCKER_HOST, or the first of the usual sockets that exists.</summary>
public sealed class DockerEndpoint
{
    private readonly Uri _uri;

    public DockerEndpoint(Uri uri)
    {
        if (uri.Scheme is not ("unix" or "tcp"))
        {
            throw new DockerEngineException($"DOCKER_HOST '{uri}' is not supported here; use unix:///path/to/docker.sock or tcp://host:port.");
        }

        _uri = uri;
    }

    /// <summary>The host on which published ports are reached.</summary>
    public string Host => _uri.Scheme == "tcp" ? _uri.Host : "127.0.0.1";

    public static DockerEndpoint FromEnvironment()
    {
        if (Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } configured)
        {
            return Uri.TryCreate(configured, UriKind.Absolute, out var uri)
                ? new DockerEndpoint(uri)
                : throw new DockerEngineException($"DOCKER_HOST '{configured}' is not a URI; use unix:///path/to/docker.sock or tcp://host:port.");
        }

        string[] sockets =
        [
            "/var/run/docker.sock",
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".docker/run/docker.sock"),
            Path.Combine(Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") ?? "/run", "docker.sock"),
        ];
        return new DockerEndpoint(new Uri("unix://" + (Array.Find(sockets, File.Exists) ?? sockets[0])));
    }

    public override string ToString() => _uri.OriginalString;

    internal async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var unix = _uri.Scheme == "unix";
        var socket = unix
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await (unix
                ? socket.ConnectAsync(new UnixDomainSocketEndPoint(_uri.AbsolutePath), cancellationToken)
                : socket.ConnectAsync(_uri.Host, _uri.Port > 0 ? _uri.Port : 2375, cancellationToken));
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
