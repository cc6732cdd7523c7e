using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Dashboard;

internal static class DashboardServiceCollectionExtensions
{
    /// <summary>
    /// Adds the dashboard. Call it before what starts resources: hosted services start in this order and stop in reverse, so a
    /// port that is taken ends the start before it has begun, and the end of every resource can be watched.
    /// </summary>
    public static IServiceCollection AddDashboard(this IServiceCollection services) =>
        services.AddSingleton<ResourceBoard>().AddHostedService<DashboardServer>();
}
