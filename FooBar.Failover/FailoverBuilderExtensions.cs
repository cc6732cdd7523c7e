using FooBar.Failover.Act;
using FooBar.Failover.Api;
using FooBar.Failover.Journal;
using FooBar.Failover.Observe;
using Microsoft.Extensions.Options;

namespace FooBar.Failover;

internal static class FailoverBuilderExtensions
{
    public static IHostApplicationBuilder AddFailover(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<FailoverOptions>().BindConfiguration(FailoverOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<FailoverOptions>, FailoverOptionsValidator>();
        services.AddSingleton(TimeProvider.System);

        services.AddSingleton<IJournal>(provider => new FileJournal(
            provider.GetRequiredService<IOptions<FailoverOptions>>().Value.JournalPath, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<NodeConnections>().AddSingleton<NodeProbe>().AddSingleton<ClusterObserver>().AddSingleton<ClusterStatus>();
        services.AddSingleton<Actor>().AddSingleton<AccountGrants>().AddSingleton<BootstrapAction>().AddSingleton<FenceAction>()
            .AddSingleton<AttachAction>().AddSingleton<SemiSyncAction>();
        services.AddHostedService<Coordinator>();
        services.AddHealthChecks().AddCheck<CoordinatorHealthCheck>("cluster");
        return builder;
    }
}
