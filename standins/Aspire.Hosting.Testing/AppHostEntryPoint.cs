using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>
/// Calls the entry point of an AppHost on a thread of its own and holds it twice: at Build, until the test wants the application,
/// and in Run, until the test has started it. When the test disposes the application, Run returns and the entry point ends.
/// </summary>
internal sealed class AppHostEntryPoint(Assembly appHost, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings>? configure)
    : IAppHostInterceptor
{
    private readonly TaskCompletionSource<DistributedApplicationBuilder> _composed = New<DistributedApplicationBuilder>();
    private readonly TaskCompletionSource<DistributedApplication> _built = New<DistributedApplication>();
    private readonly TaskCompletionSource _wanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What a test differs in: no dashboard, every console in the log, and a port of its own for each endpoint that does not insist on one.</summary>
    public static void ApplyTestDefaults(DistributedApplicationOptions options, HostApplicationBuilderSettings settings)
    {
        options.DisableDashboard = true;
        options.EnableResourceLogging = true;
        settings.Configuration ??= new ConfigurationManager();
        settings.Configuration.AddInMemoryCollection([new("DcpPublisher:RandomizePorts", "true")]);
    }

    /// <summary>Returns when the entry point has composed its application and asks to build it.</summary>
    public Task<DistributedApplicationBuilder> ComposeAsync(CancellationToken cancellationToken)
    {
        new Thread(Invoke) { IsBackground = true, Name = "AppHost" }.Start();
        return _composed.Task.WaitAsync(cancellationToken);
    }

    public Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken)
    {
        _wanted.TrySetResult();
        return _built.Task.WaitAsync(cancellationToken);
    }

    public void MarkStarted() => _started.TrySetResult();

    /// <summary>Lets the entry point end, wherever it is held.</summary>
    public async Task EndAsync()
    {
        _wanted.TrySetCanceled();
        _started.TrySetCanceled();
        await Task.WhenAny(_ended.Task, Task.Delay(TimeSpan.FromSeconds(5)));
    }

    void IAppHostInterceptor.OnCreating(DistributedApplicationOptions options, HostApplicationBuilderSettings settings)
    {
        options.AssemblyName ??= appHost.GetName().Name;
        ApplyTestDefaults(options, settings);
        configure?.Invoke(options, settings);
    }

    void IAppHostInterceptor.OnBuilding(DistributedApplicationBuilder builder)
    {
        _composed.TrySetResult(builder);
        _wanted.Task.GetAwaiter().GetResult();
    }

    DistributedApplication IAppHostInterceptor.OnBuilt(DistributedApplication application)
    {
        _built.TrySetResult(new TestedApplication(application, this));
        return new DistributedApplication(new HeldHost(application.Services, _started.Task));
    }

    private static TaskCompletionSource<T> New<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Invoke()
    {
        AppHostInterception.Current = this;
        var failure = new InvalidOperationException($"The entry point of {appHost.GetName().Name} ended without building an application.");
        try
        {
            var entry = appHost.EntryPoint ?? throw new InvalidOperationException($"{appHost.GetName().Name} has no entry point.");
            entry.Invoke(null, entry.GetParameters().Length == 0 ? null : [args]);
        }
        catch (Exception e)
        {
            failure = new InvalidOperationException($"The entry point of {appHost.GetName().Name} failed: {e.GetBaseException().Message}", e.GetBaseException());
        }
        finally
        {
            _composed.TrySetException(failure);
            _built.TrySetException(failure);
            _ended.TrySetResult();
        }
    }

    /// <summary>What the test starts and disposes.</summary>
    private sealed class TestedApplication(DistributedApplication application, AppHostEntryPoint entryPoint) : DistributedApplication(application)
    {
        public override async Task StartAsync(CancellationToken cancellationToken = default)
        {
            await base.StartAsync(cancellationToken);
            entryPoint.MarkStarted();
        }

        public override async ValueTask DisposeAsync()
        {
            await StopAsync();
            await entryPoint.EndAsync();
            await base.DisposeAsync();
        }
    }

    /// <summary>What the entry point runs: it starts when the test has started the application, and stops with it.</summary>
    private sealed class HeldHost(IServiceProvider services, Task started) : IHost, IAsyncDisposable
    {
        public IServiceProvider Services { get; } = services;

        public Task StartAsync(CancellationToken cancellationToken = default) => started.WaitAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
