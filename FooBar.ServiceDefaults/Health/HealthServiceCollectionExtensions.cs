using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FooBar.ServiceDefaults.Health;

internal static class HealthServiceCollectionExtensions
{
    /// <summary>Checks with this tag say whether the process lives; they ask nothing of any other process.</summary>
    public const string LiveTag = "live";

    /// <summary>
    /// For a check that names no limit of its own. A check that hangs is an unhealthy one, and has to be so while the
    /// gateway, which gives a probe 0.8 s, still listens.
    /// </summary>
    private static readonly TimeSpan CheckLimit = TimeSpan.FromMilliseconds(500);

    public static void AddDefaultHealthChecks(this IServiceCollection services)
    {
        services.AddSingleton<HealthLog>();
        services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), [LiveTag]);
        services.PostConfigure<HealthCheckServiceOptions>(options =>
        {
            foreach (var check in options.Registrations.Where(check => check.Timeout == Timeout.InfiniteTimeSpan))
            {
                check.Timeout = CheckLimit;
            }
        });
    }
}
