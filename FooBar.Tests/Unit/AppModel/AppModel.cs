using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace FooBar.Tests.Unit.AppModel;

/// <summary>An application model that is described and never started. Only published API, so that it holds for every Aspire.</summary>
internal static class AppModel
{
    public static IDistributedApplicationBuilder Create(params (string Key, string Value)[] configuration)
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });
        builder.Configuration.AddInMemoryCollection(configuration.ToDictionary(pair => pair.Key, string? (pair) => pair.Value));
        return builder;
    }

    /// <summary>A resource that others refer to, with an endpoint that is where it is said to be.</summary>
    public static IResourceBuilder<Service> AddService(this IDistributedApplicationBuilder builder, string name, params (string Name, int Port)[] endpoints)
    {
        var service = builder.AddResource(new Service(name));
        foreach (var (endpointName, port) in endpoints)
        {
            var endpoint = new EndpointAnnotation(ProtocolType.Tcp, uriScheme: "http", name: endpointName);
            endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", port);
            service.WithAnnotation(endpoint);
        }

        return service;
    }

    public static async Task<IReadOnlyDictionary<string, string>> EnvironmentAsync<T>(this IResourceBuilder<T> resource) where T : IResource =>
        (await ConfigurationAsync(resource)).EnvironmentVariables.ToDictionary();

    public static async Task<IReadOnlyList<string>> ArgumentsAsync<T>(this IResourceBuilder<T> resource) where T : IResource =>
        [.. (await ConfigurationAsync(resource)).Arguments.Select(argument => argument.Value)];

    public static async Task<Exception?> ConfigurationFailureAsync<T>(this IResourceBuilder<T> resource) where T : IResource =>
        (await ConfigurationAsync(resource)).Exception;

    private static Task<IExecutionConfigurationResult> ConfigurationAsync<T>(IResourceBuilder<T> resource) where T : IResource =>
        ExecutionConfigurationBuilder.Create(resource.Resource).WithArgumentsConfig().WithEnvironmentVariablesConfig()
            .BuildAsync(resource.ApplicationBuilder.ExecutionContext);

    public sealed class Service(string name) : ExecutableResource(name, "true", "."), IResourceWithServiceDiscovery;

    public sealed class Database(string name, ReferenceExpression connectionString) : Resource(name), IResourceWithConnectionString
    {
        public ReferenceExpression ConnectionStringExpression { get; } = connectionString;

        IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() =>
            [new("Host", ReferenceExpression.Create($"db.example"))];
    }
}
