using System.Net;
using System.Net.Sockets;

namespace DockerEngine;

/// <summary>A container engine that does not answer, or that answered with an error. The message says what, where and what to do.</summary>
public sealed class DockerEngineException : Exception
{
    public DockerEngineException(string message, Exception? inner = null, HttpStatusCode? status = null)
        : base(message, inner) => Status = status;

    /// <summary>The engine's own status; null when it gave no answer.</summary>
    public HttpStatusCode? Status { get; }

    public bool IsNotFound => Status == HttpStatusCode.NotFound;

    /// <summary>A name that is taken, a container that is in the wrong state, a network in use.</summary>
    public bool IsConflict => Status is HttpStatusCode.Conflict or HttpStatusCode.Forbidden;

    internal static DockerEngineException NoEngine(DockerEndpoint endpoint, Exception inner) => new(
        inner.GetBaseException() is SocketException { SocketErrorCode: SocketError.AccessDenied }
            ? $"The container engine at {endpoint} refuses this user; run as root, or join the group that owns the socket."
            : $"No container engine answers at {endpoint}; start Docker, or run ./run once, which installs it.",
        inner);
}
