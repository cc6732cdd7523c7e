using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace FooBar.Gateway.Listening;

internal static partial class ListeningBuilderExtensions
{
    public static void AddListeners(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IStartupFilter, NoPresetAddresses>();
        builder.Services.AddSingleton<Listeners>();
        builder.Services.AddSingleton(provider =>
            new DevelopmentCertificate(DevelopmentCertificate.UsersFolder, provider.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<ServerCertificate>();
        builder.Services.AddOptions<SocketTransportOptions>().Configure<Listeners>((transport, listeners) =>
            transport.CreateBoundListenSocket = listeners.Take);
        builder.Services.AddSingleton<IConnectionListenerFactory>(provider => ActivatorUtilities.CreateInstance<LastConnections>(
            provider, ActivatorUtilities.CreateInstance<SocketTransportFactory>(provider)));
        builder.Services.AddOptions<KestrelServerOptions>().Configure<Listeners, ServerCertificate>(Listen);
    }

    /// <summary>Takes the ports and the certificate, or says in one sentence why that is impossible.</summary>
    public static async Task OpenListenersAsync(this WebApplication app, CancellationToken ct)
    {
        app.Services.GetRequiredService<Listeners>().Bind();
        await app.Services.GetRequiredService<ServerCertificate>().LoadAsync(ct);
        if (!SharedPort.IsSupported)
        {
            NoSharedPorts(app.Logger);
        }
    }

    private static void Listen(KestrelServerOptions kestrel, Listeners listeners, ServerCertificate certificate)
    {
        foreach (var endPoint in listeners.Http.Concat(listeners.Management))
        {
            kestrel.Listen(endPoint);
        }

        foreach (var endPoint in listeners.Https)
        {
            kestrel.Listen(endPoint, listen => listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = context => certificate.ForConnectionAsync(context.CancellationToken),
            }));
        }
    }

    /// <summary>
    /// Orchestrators and container images preset addresses (ASPNETCORE_URLS, ASPNETCORE_HTTP_PORTS) for services that listen
    /// wherever they are told to. The host has read them by now, and Kestrel would warn at every start that it ignores them.
    /// </summary>
    private sealed class NoPresetAddresses : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.ServerFeatures.Get<IServerAddressesFeature>()?.Addresses.Clear();
            next(app);
        };
    }

    [LoggerMessage(1000, LogLevel.Warning, "This system cannot share a port between processes: run one gateway here, or give each its own ports.")]
    private static partial void NoSharedPorts(ILogger logger);
}
