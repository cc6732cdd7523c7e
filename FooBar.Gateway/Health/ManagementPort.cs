using FooBar.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace FooBar.Gateway.Health;

internal static class ManagementPort
{
    /// <summary>
    /// The gateway's own endpoints, on the management port and nowhere else: every path on the public ports belongs to the
    /// site. The connection's port decides, not the Host header, which a client can choose.
    /// </summary>
    public static void UseManagementPort(this WebApplication app)
    {
        var port = app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value.ManagementPort;
        app.MapWhen(
            context => context.Connection.LocalPort == port,
            management => management.UseRouting().UseEndpoints(endpoints => endpoints.MapDefaultEndpoints()));
    }
}
