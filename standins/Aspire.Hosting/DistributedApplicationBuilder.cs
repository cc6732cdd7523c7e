using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Pipelines;
using Aspire.Hosting.Run;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Aspire.Hosting;

public class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private static readonly Dictionary<string, string> Switches = new()
    {
        ["--operation"] = "AppHost:Operation",
        ["--publisher"] = "Publishing:Publisher",
        ["--step"] = "Pipeline:Step",
        ["--output-path"] = "Pipeline:OutputPath",
    };

    private readonly HostApplicationBuilder _host;
    private readonly IAppHostInterceptor? _interceptor = AppHostInterception.Current;

    public DistributedApplicationBuilder(string[] args) : this(new DistributedApplicationOptions { Args = args })
    {
    }

    public DistributedApplicationBuilder(DistributedApplicationOptions options) : this(options, (_, _) => { })
    {
    }

    internal DistributedApplicationBuilder(DistributedApplicationOptions options, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configure)
    {
        var settings = new HostApplicationBuilderSettings { Args = options.Args };
        _interceptor?.OnCreating(options, settings);
        configure(options, settings);
        AppHostAssembly = options.AssemblyName is { } name ? Assembly.Load(name) : Assembly.GetEntryAssembly();
        AppHostDirectory = options.ProjectDirectory
            ?? AppHostAssembly?.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == "apphostprojectpath")?.Value
            ?? System.Environment.CurrentDirectory;
        settings.ApplicationName ??= AppHostAssembly?.GetName().Name;
        settings.ContentRootPath ??= AppHostDirectory;
        settings.EnvironmentName ??= System.Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT")
            ?? System.Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") ?? Environments.Development;
        _host = new HostApplicationBuilder(settings);
        _host.Configuration.AddCommandLine(options.Args ?? [], Switches);
        ExecutionContext = new DistributedApplicationExecutionContext(
            string.Equals(Configuration["AppHost:Operation"], "publish", StringComparison.OrdinalIgnoreCase) || Configuration["Publishing:Publisher"] is not null
                ? DistributedApplicationOperation.Publish
                : DistributedApplicationOperation.Run);
        Pipeline = new DistributedApplicationPipeline(() => Configuration["Pipeline:Step"] ?? WellKnownPipelineSteps.Publish);
        AddServices(options);
    }

    public ConfigurationManager Configuration => _host.Configuration;

    public IHostEnvironment Environment => _host.Environment;

    public IServiceCollection Services => _host.Services;

    public string AppHostDirectory { get; }
    public Assembly? AppHostAssembly { get; }
    public IDistributedApplicationEventing Eventing { get; } = new DistributedApplicationEventing();
    public DistributedApplicationExecutionContext ExecutionContext { get; }
    public IResourceCollection Resources { get; } = new ResourceCollection();
    public IDistributedApplicationPipeline Pipeline { get; }

    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource
    {
        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource => new ResourceBuilder<T>(this, resource);

    public DistributedApplication Build()
    {
        _interceptor?.OnBuilding(this);
        var application = new DistributedApplication(_host.Build());
        ExecutionContext.Services = application.Services;
        return _interceptor?.OnBuilt(application) ?? application;
    }

    private void AddServices(DistributedApplicationOptions options)
    {
        _host.Logging.AddConsole(o => o.FormatterName = PlainConsoleFormatter.Plain).AddConsoleFormatter<PlainConsoleFormatter, ConsoleFormatterOptions>();
        _host.Logging.AddFilter("Microsoft", LogLevel.Warning);
        _host.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        _host.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton(options);
        Services.AddSingleton(ExecutionContext);
        Services.AddSingleton(Eventing);
        Services.AddSingleton(new DistributedApplicationModel(Resources));
        Services.AddSingleton<ResourceLoggerService>();
        Services.AddSingleton<ResourceNotificationService>();
        Services.AddSingleton(sp => new ResourceCommandService(
            sp.GetRequiredService<ResourceNotificationService>(), sp.GetRequiredService<ResourceLoggerService>(), sp));
        Services.Configure<ResourceNotificationServiceOptions>(o => o.DefaultWaitBehavior =
            options.DisableDashboard ? WaitBehavior.StopOnResourceUnavailable : WaitBehavior.WaitOnResourceUnavailable);
        Services.AddHealthChecks();
        Services.AddSingleton(new AppHostProject(AppHostAssembly, AppHostDirectory));
        Services.AddSingleton<Ports>();
        Services.AddSingleton<ProjectBuilds>();
        Services.AddSingleton<ResourceReports>();
        Services.AddSingleton<ProcessRunner>();
        Services.AddSingleton<ContainerRunner>();
        if (ExecutionContext.IsPublishMode)
        {
            Services.AddSingleton(Pipeline);
            Services.AddSingleton<IPipelineOutputService, PipelineOutputService>();
            Services.AddHostedService<PipelineExecutor>();
            return;
        }

        if (!options.DisableDashboard)
        {
            Services.AddDashboard();
        }

        Services.AddHostedService<HealthMonitor>();
        Services.AddHostedService<Orchestrator>();
    }
}
