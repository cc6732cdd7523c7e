namespace Aspire.Hosting.ApplicationModel;

public enum ResourceAnnotationMutationBehavior { Append, Replace }

public enum ContainerLifetime { Session, Persistent }

public enum ContainerMountType { BindMount, Volume }

public enum IconVariant { Regular, Filled }

public enum WaitBehavior { WaitOnResourceUnavailable, StopOnResourceUnavailable }

public enum WaitType { WaitUntilHealthy, WaitForCompletion, WaitUntilStarted }

public sealed class ExecutableAnnotation : IResourceAnnotation
{
    public required string Command { get; set; }
    public required string WorkingDirectory { get; set; }
}

public sealed class ContainerImageAnnotation : IResourceAnnotation
{
    public string? Registry { get; set; }
    public required string Image { get; set; }
    public string? Tag { get; set; }
    public string? SHA256 { get; set; }
}

public sealed class ContainerNetworkAliasAnnotation(string alias) : IResourceAnnotation
{
    public string Alias { get; } = alias;
}

public sealed class ContainerMountAnnotation(string? source, string target, ContainerMountType type, bool isReadOnly) : IResourceAnnotation
{
    public string? Source { get; } = source;
    public string Target { get; } = target;
    public ContainerMountType Type { get; } = type;
    public bool IsReadOnly { get; } = isReadOnly;
}

public sealed class ContainerRuntimeArgsCallbackContext(IList<object> args, CancellationToken cancellationToken = default)
{
    public IList<object> Args { get; } = args;
    public CancellationToken CancellationToken { get; } = cancellationToken;
}

public sealed class ContainerRuntimeArgsCallbackAnnotation(Func<ContainerRuntimeArgsCallbackContext, Task> callback) : IResourceAnnotation
{
    public Func<ContainerRuntimeArgsCallbackContext, Task> Callback { get; } = callback;
}

public sealed class WaitAnnotation(IResource resource, WaitType waitType, int exitCode = 0) : IResourceAnnotation
{
    public IResource Resource { get; } = resource;
    public WaitType WaitType { get; } = waitType;
    public WaitBehavior? WaitBehavior { get; init; }
    public int ExitCode { get; } = exitCode;
}

public class HealthCheckAnnotation(string key) : IResourceAnnotation
{
    public string Key { get; } = key;
}

public sealed class ResourceRelationshipAnnotation(IResource resource, string type) : IResourceAnnotation
{
    public IResource Resource { get; } = resource;
    public string Type { get; } = type;
}

public sealed class ExplicitStartupAnnotation : IResourceAnnotation;

public sealed class ManifestPublishingCallbackAnnotation : IResourceAnnotation
{
    /// <summary>The annotation of a resource that publishing passes over.</summary>
    public static ManifestPublishingCallbackAnnotation Ignore { get; } = new();
}

public sealed class EndpointReferenceAnnotation(IResourceWithEndpoints resource) : IResourceAnnotation
{
    public IResourceWithEndpoints Resource { get; } = resource;
    public bool UseAllEndpoints { get; set; }
    public ISet<string> EndpointNames { get; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
}
