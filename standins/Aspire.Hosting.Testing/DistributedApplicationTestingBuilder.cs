using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Pipelines;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

public interface IDistributedApplicationTestingBuilder : IDistributedApplicationBuilder, IAsyncDisposable, IDisposable
{
    Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default);
}

/// <summary>Composes an AppHost as its own entry point does, and lets a test change it before it is built.</summary>
public static class DistributedApplicationTestingBuilder
{
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default) where TEntryPoint : class =>
        ComposeAsync(typeof(TEntryPoint), [], null, cancellationToken);

    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, CancellationToken cancellationToken = default)
        where TEntryPoint : class => ComposeAsync(typeof(TEntryPoint), args, null, cancellationToken);

    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args,
        Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder, CancellationToken cancellationToken = default)
        where TEntryPoint : class => ComposeAsync(typeof(TEntryPoint), args, configureBuilder, cancellationToken);

    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(Type entryPoint, CancellationToken cancellationToken = default) =>
        ComposeAsync(entryPoint, [], null, cancellationToken);

    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(Type entryPoint, string[] args, CancellationToken cancellationToken = default) =>
        ComposeAsync(entryPoint, args, null, cancellationToken);

    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(Type entryPoint, string[] args,
        Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder, CancellationToken cancellationToken = default) =>
        ComposeAsync(entryPoint, args, configureBuilder, cancellationToken);

    /// <summary>An empty application, for a test that composes its own.</summary>
    public static IDistributedApplicationTestingBuilder Create(params string[] args) => Create(args, (_, _) => { });

    public static IDistributedApplicationTestingBuilder Create(string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder) =>
        new TestingBuilder(new DistributedApplicationBuilder(new DistributedApplicationOptions { Args = args }, (options, settings) =>
        {
            AppHostEntryPoint.ApplyTestDefaults(options, settings);
            configureBuilder(options, settings);
        }), entryPoint: null);

    // The type may be any of the AppHost's assembly.
    private static async Task<IDistributedApplicationTestingBuilder> ComposeAsync(Type entryPoint, string[] args,
        Action<DistributedApplicationOptions, HostApplicationBuilderSettings>? configureBuilder, CancellationToken cancellationToken)
    {
        var running = new AppHostEntryPoint(entryPoint.Assembly, args, configureBuilder);
        return new TestingBuilder(await running.ComposeAsync(cancellationToken), running);
    }

    private sealed class TestingBuilder(DistributedApplicationBuilder builder, AppHostEntryPoint? entryPoint) : IDistributedApplicationTestingBuilder
    {
        private DistributedApplication? _application;

        public ConfigurationManager Configuration => builder.Configuration;

        public string AppHostDirectory => builder.AppHostDirectory;

        public Assembly? AppHostAssembly => builder.AppHostAssembly;

        public IHostEnvironment Environment => builder.Environment;

        public IServiceCollection Services => builder.Services;

        public IDistributedApplicationEventing Eventing => builder.Eventing;

        public DistributedApplicationExecutionContext ExecutionContext => builder.ExecutionContext;

        public IResourceCollection Resources => builder.Resources;
        public IDistributedApplicationPipeline Pipeline => builder.Pipeline;

        public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource => builder.AddResource(resource);

        public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource => builder.CreateResourceBuilder(resource);

        public DistributedApplication Build() => BuildAsync().GetAwaiter().GetResult();

        public async Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default) =>
            _application ??= entryPoint is null ? builder.Build() : await entryPoint.BuildAsync(cancellationToken);

        public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

        public async ValueTask DisposeAsync()
        {
            if (_application is not null)
            {
                await _application.DisposeAsync();
            }
            else if (entryPoint is not null)
            {
                await entryPoint.EndAsync();
            }
        }
    }
}
