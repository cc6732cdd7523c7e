using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aspire.Hosting.ApplicationModel;

public class EnvironmentCallbackContext(DistributedApplicationExecutionContext executionContext, IResource resource,
    Dictionary<string, object>? environmentVariables = null, CancellationToken cancellationToken = default)
{
    public Dictionary<string, object> EnvironmentVariables { get; } = environmentVariables ?? [];
    public CancellationToken CancellationToken { get; } = cancellationToken;
    public ILogger Logger { get; set; } = NullLogger.Instance;
    public IResource Resource { get; } = resource;
    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;
}

public class EnvironmentCallbackAnnotation : IResourceAnnotation
{
    public EnvironmentCallbackAnnotation(Func<EnvironmentCallbackContext, Task> callback) => Callback = callback;

    public EnvironmentCallbackAnnotation(Action<EnvironmentCallbackContext> callback) : this(context =>
    {
        callback(context);
        return Task.CompletedTask;
    })
    {
    }

    public Func<EnvironmentCallbackContext, Task> Callback { get; }
}

public sealed class CommandLineArgsCallbackContext(IList<object> args, IResource resource, CancellationToken cancellationToken = default)
{
    public IList<object> Args { get; } = args;
    public CancellationToken CancellationToken { get; } = cancellationToken;
    public DistributedApplicationExecutionContext ExecutionContext { get; init; } = new(DistributedApplicationOperation.Run);
    public ILogger Logger { get; init; } = NullLogger.Instance;
    public IResource Resource { get; } = resource;
}

public class CommandLineArgsCallbackAnnotation(Func<CommandLineArgsCallbackContext, Task> callback) : IResourceAnnotation
{
    public Func<CommandLineArgsCallbackContext, Task> Callback { get; } = callback;
}

public sealed class ResourceUrlAnnotation : IResourceAnnotation
{
    public required string Url { get; set; }
    public string? DisplayText { get; set; }
    public EndpointReference? Endpoint { get; init; }
}

public class ResourceUrlsCallbackContext(DistributedApplicationExecutionContext executionContext, IResource resource,
    List<ResourceUrlAnnotation>? urls = null, CancellationToken cancellationToken = default)
{
    public List<ResourceUrlAnnotation> Urls { get; } = urls ?? [];
    public IResource Resource { get; } = resource;
    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;
    public CancellationToken CancellationToken { get; } = cancellationToken;

    public EndpointReference? GetEndpoint(string name) =>
        Resource is IResourceWithEndpoints resource && resource.GetEndpoint(name) is { Exists: true } endpoint ? endpoint : null;
}

public sealed class ResourceUrlsCallbackAnnotation(Func<ResourceUrlsCallbackContext, Task> callback) : IResourceAnnotation
{
    public Func<ResourceUrlsCallbackContext, Task> Callback { get; } = callback;
}
