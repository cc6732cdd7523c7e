using FooBar.Failover.Act;
using FooBar.Failover.Api;
using FooBar.Failover.Journal;
using FooBar.Failover.Observe;
using FooBar.ServiceDefaults.Startup;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace FooBar.Failover;

internal static class FailoverBuilderExtensions
{
    public static IHostApplicationBuilder AddFailover(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<FailoverOptions>().BindConfiguration(FailoverOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<FailoverOptions>, FailoverOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);

        services.AddSingleton<IJournal>(provider => new FileJournal(
            provider.GetRequiredService<IOptions<FailoverOptions>>().Value.JournalPath, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<NodeConnections>().AddSingleton<NodeProbe>().AddSingleton<ClusterObserver>().AddSingleton<ClusterStatus>();
        services.AddSingleton<Actor>().AddSingleton<AccountGrants>().AddSingleton<BootstrapAction>().AddSingleton<FenceAction>()
            .AddSingleton<AttachAction>().AddSingleton<SemiSyncAction>();
        services.AddHostedService<Coordinator>();
        services.AddHealthChecks().AddCheck<CoordinatorHealthCheck>("cluster");
        return builder;
    }

    /// <summary>Reads the journal before anything is decided; without it the coordinator does not start.</summary>
    public static async Task OpenJournalAsync(this IHost app, CancellationToken cancellationToken)
    {
        try
        {
            await app.Services.GetRequiredService<IJournal>().ReadAsync(cancellationToken);
        }
        catch (JournalException e)
        {
            throw new StartupException(e.Message, e);
        }
    }
}
