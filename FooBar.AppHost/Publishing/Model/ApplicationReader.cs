using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using FooBar.AppHost.MySqlCluster;
using Microsoft.Extensions.Logging;

namespace FooBar.AppHost.Publishing.Model;

/// <summary>Reads the application model, in publish mode: nothing runs, and values are still expressions.</summary>
internal sealed class ApplicationReader(
    DistributedApplicationModel model, DistributedApplicationExecutionContext execution, IServiceProvider services, PublishSettings settings, ILogger logger)
{
    // Where a process listens, and whom it sends telemetry to, is decided for the target and not by the model.
    private static readonly HashSet<string> DecidedByTarget = new(StringComparer.Ordinal)
    {
        "ASPNETCORE_URLS", "ASPNETCORE_HTTPS_PORT", "HTTP_PORTS", "HTTPS_PORTS", "ASPNETCORE_FORWARDEDHEADERS_ENABLED",
        "OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_HEADERS",
        "OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY",
    };

    public async Task<PublishedApplication> ReadAsync(CancellationToken cancellationToken)
    {
        var published = new PublishedApplication([], []);
        var nodes = model.Resources.OfType<MySqlClusterResource>().SelectMany(cluster => cluster.Nodes).ToHashSet<IResource>();
        foreach (var resource in model.Resources.Where(resource => !nodes.Contains(resource)))
        {
            published = resource switch
            {
                ProjectResource service => published with { Services = [.. published.Services, await ReadAsync(service, cancellationToken)] },
                MySqlClusterResource cluster => published with { Clusters = [.. published.Clusters, await ReadAsync(cluster, cancellationToken)] },
                MySqlClusterDatabaseResource or ParameterResource => published,
                _ => throw new PublishException(
                    $"'{resource.Name}' is a {resource.GetType().Name}, which cannot be published: add it in run mode only (builder.ExecutionContext.IsRunMode) and refer to the real one by a parameter."),
            };
        }

        return published;
    }

    private async Task<PublishedService> ReadAsync(ProjectResource resource, CancellationToken cancellationToken)
    {
        var variables = new List<PublishedVariable>();
        var connections = new List<(string To, int Port)>();
        var secrets = resource.Annotations.OfType<SecretFiles>().ToList();
        var environment = await EnvironmentAsync(resource, cancellationToken);
        foreach (var (name, value) in environment)
        {
            if (DecidedByTarget.Contains(name))
            {
                continue;
            }

            var reader = new ValueReader(resource, name);
            variables.Add(new PublishedVariable(name, await reader.ReadAsync(value, cancellationToken)));
            foreach (var (to, port) in reader.Connections)
            {
                var cluster = ClusterOf(to);
                connections.Add(((cluster ?? to).Name, port));
                if (cluster is not null)
                {
                    secrets.Add(cluster.CertificateAuthority);
                }
            }
        }

        var endpoints = resource.Annotations.OfType<EndpointAnnotation>().ToList();
        var ports = Ports(resource, endpoints);

        // A program that is told a port by a variable of its own makes that socket itself; the others are ASP.NET Core's.
        var own = environment.Select(variable => variable.Value).OfType<EndpointReferenceExpression>()
            .Where(value => value.Property == EndpointProperty.TargetPort && value.Endpoint.Resource == resource).Select(value => value.Endpoint.EndpointName).ToList();
        if (endpoints.Where(endpoint => endpoint.UriScheme == "http" && !own.Contains(endpoint.Name)).Select(ContainerPort.Of).ToList() is { Count: > 0 } bound)
        {
            variables.Add(new PublishedVariable("ASPNETCORE_HTTP_PORTS", new PublishedValue([new PublishedValue.Text(string.Join(';', bound))])));
        }

        variables.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
        return new PublishedService(
            resource.Name, resource.Annotations.OfType<IProjectMetadata>().Last().ProjectPath, ports, variables, [.. connections.Distinct()], [.. secrets.Distinct()],
            Settings<DeploymentSettings>(resource), Settings<ComposeSettings>(resource));
    }

    private static List<PublishedPort> Ports(ProjectResource resource, IEnumerable<EndpointAnnotation> endpoints)
    {
        var ports = endpoints.Select(endpoint => new PublishedPort(endpoint.Name, endpoint.UriScheme, ContainerPort.Of(endpoint), endpoint.IsExternal)).ToList();
        if (!ports.Exists(port => port.Scheme == "http"))
        {
            throw new PublishException($"'{resource.Name}' has no http endpoint, so nobody could see whether it is healthy: add one with WithHttpEndpoint().");
        }

        return ports.GroupBy(port => port.Number).FirstOrDefault(same => same.Count() > 1)?.ToList() is [var one, var other, ..]
            ? throw new PublishException($"The endpoints '{one.Name}' and '{other.Name}' of '{resource.Name}' would both listen on port {one.Number}: give one of them a targetPort of its own.")
            : ports;
    }

    private async Task<PublishedCluster> ReadAsync(MySqlClusterResource cluster, CancellationToken cancellationToken)
    {
        var first = cluster.Nodes[0];
        var variables = await VariablesAsync(first, cancellationToken);
        var nodes = new List<PublishedNode>();
        foreach (var node in cluster.Nodes)
        {
            if (node.Annotations.OfType<ContainerMountAnnotation>().FirstOrDefault(mount => mount.Type == ContainerMountType.BindMount) is { } bound)
            {
                throw new PublishException($"'{node.Name}' has the folder {bound.Source} of this machine mounted, which no other machine has: use WithContainerFiles or a volume.");
            }

            if (Difference(variables, await VariablesAsync(node, cancellationToken)) is { } variable)
            {
                throw new PublishException($"'{node.Name}' and '{first.Name}' differ in the variable {variable}, and published nodes cannot: give it to all nodes or to none.");
            }

            nodes.Add(new PublishedNode(node, nodes.Count + 1, await ArgumentsAsync(node, cancellationToken)));
        }

        var files = new List<PublishedFiles>();
        foreach (var annotation in first.Annotations.OfType<ContainerFileSystemCallbackAnnotation>())
        {
            var items = await annotation.Callback(new ContainerFileSystemCallbackContext { Services = services, Model = first }, cancellationToken);
            files.Add(new PublishedFiles(annotation.DestinationPath, [.. items.Select(item => Read(cluster, item))]));
        }

        return new PublishedCluster(
            cluster.Name, settings.MySqlImage, first.Annotations.OfType<EndpointAnnotation>().Select(ContainerPort.Of).First(), nodes,
            variables, cluster.CertificateAuthority, files, Settings<StatefulSetSettings>(cluster), Settings<ComposeSettings>(cluster));
    }

    private async Task<IReadOnlyList<PublishedVariable>> VariablesAsync(MySqlServerResource node, CancellationToken cancellationToken)
    {
        var variables = new List<PublishedVariable>();
        foreach (var (name, value) in await EnvironmentAsync(node, cancellationToken))
        {
            variables.Add(new PublishedVariable(name, await new ValueReader(node, name).ReadAsync(value, cancellationToken)));
        }

        return [.. variables.OrderBy(variable => variable.Name, StringComparer.Ordinal)];
    }

    private static string? Difference(IEnumerable<PublishedVariable> one, IEnumerable<PublishedVariable> other)
    {
        static IEnumerable<(string Name, string Text)> Texts(IEnumerable<PublishedVariable> variables) => variables.Select(variable => (variable.Name, variable.Value.Render(part => $"{part}")));

        return Texts(one).Except(Texts(other)).Concat(Texts(other).Except(Texts(one))).Select(variable => variable.Name).FirstOrDefault();
    }

    private async Task<IReadOnlyList<(string Name, object Value)>> EnvironmentAsync(IResource resource, CancellationToken cancellationToken)
    {
        var built = await ExecutionConfigurationBuilder.Create(resource).WithEnvironmentVariablesConfig().BuildAsync(execution, logger, cancellationToken);
        return built.Exception is { } failure
            ? throw new PublishException($"The environment of '{resource.Name}' cannot be read: {failure.Message}", failure)
            : [.. built.EnvironmentVariablesWithUnprocessed.Select(variable => (variable.Key, variable.Value.Unprocessed))];
    }

    private async Task<IReadOnlyList<string>> ArgumentsAsync(MySqlServerResource resource, CancellationToken cancellationToken)
    {
        var built = await ExecutionConfigurationBuilder.Create(resource).WithArgumentsConfig().BuildAsync(execution, logger, cancellationToken);
        return built.Exception is { } failure
            ? throw new PublishException($"The arguments of '{resource.Name}' cannot be read: {failure.Message}", failure)
            : [.. built.Arguments.Select(argument => argument.Value)];
    }

    private static PublishedFile Read(MySqlClusterResource cluster, ContainerFileSystemItem item) => item is ContainerFile { Contents: { } contents }
        ? new PublishedFile(item.Name, contents, item.Mode)
        : throw new PublishException($"'{item.Name}', a file of '{cluster.Name}', has no text of its own and cannot be published: give it as ContainerFile with Contents.");

    private MySqlClusterResource? ClusterOf(IResource resource) => model.Resources.OfType<MySqlClusterResource>().FirstOrDefault(cluster => cluster.Nodes.Contains(resource));

    private static T Settings<T>(IResource resource) where T : IResourceAnnotation, new() =>
        resource.TryGetLastAnnotation<T>(out var settings) ? settings : new T();
}
