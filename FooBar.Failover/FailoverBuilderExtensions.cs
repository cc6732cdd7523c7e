using FooBar.Failover.Act;
using FooBar.Failover.Api;
using FooBar.Failover.Journal;
using FooBar.Failover.Kubernetes;
using FooBar.Failover.Leadership;
using FooBar.Failover.Observe;
using FooBar.Failover.Operate;
using FooBar.ServiceDefaults.Startup;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace FooBar.Failover;

internal static class FailoverBuilderExtensions
{
    public static IHostApplicationBuilder AddFailover(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<FailoverOptions>().BindConfiguration(FailoverOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<FailoverOptions>, FailoverOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);

        services.TryAddSingleton<ProcessEnd>();

        // Its connections are its own, not those of Aspire.MySqlConnector, which would add these.
        services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddSource("MySqlConnector"));
        services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddMeter("MySqlConnector"));

        services.AddJournal();
        services.AddSingleton<NodeConnections>().AddSingleton<NodeProbe>().AddSingleton<ClusterObserver>().AddSingleton<ClusterStatus>();
        services.AddSingleton<Actor>().AddSingleton<RelayLog>().AddSingleton<Acknowledgements>().AddSingleton<AccountGrants>().AddSingleton<BootstrapAction>()
            .AddSingleton<SemiSyncOff>().AddSingleton<FenceAction>().AddSingleton<AttachAction>().AddSingleton<SemiSyncAction>().AddSingleton<PromoteAction>()
            .AddSingleton<SwitchoverAction>().AddSingleton<CloneAction>().AddSingleton<OperatorDesk>();
        services.AddHostedService<Coordinator>();
        services.AddHealthChecks().AddCheck<CoordinatorHealthCheck>("cluster");
        return builder;
    }

    // Where the journal is kept also says how many coordinators there may be, so one setting decides both.
    private static void AddJournal(this IServiceCollection services)
    {
        services.AddSingleton<FileJournal>().AddSingleton<OnlyCoordinator>();
        services.AddSingleton(provider => ApiServerClient.Create(
            ApiServerAccess.Load(provider.GetRequiredService<IConfiguration>()), Kubernetes(provider).RequestTimeout));
        services.AddSingleton<ApiServer>().AddSingleton<ConfigMapJournal>().AddSingleton<LeaseLeadership>();
        services.AddSingleton<IJournal>(provider => JournalIsConfigMap(provider)
            ? provider.GetRequiredService<ConfigMapJournal>()
            : provider.GetRequiredService<FileJournal>());
        services.AddSingleton<ILeadership>(provider => JournalIsConfigMap(provider)
            ? provider.GetRequiredService<LeaseLeadership>()
            : provider.GetRequiredService<OnlyCoordinator>());
    }

    private static bool JournalIsConfigMap(IServiceProvider provider) => Kubernetes(provider).Journal.Length > 0;

    private static KubernetesOptions Kubernetes(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<FailoverOptions>>().Value.Kubernetes;
}
