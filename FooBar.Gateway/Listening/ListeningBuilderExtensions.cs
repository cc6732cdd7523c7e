using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace FooBar.Gateway.Listening;

internal static partial class ListeningBuilderExtensions
{
    public static void AddListeners(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Listeners>();
        builder.Services.AddSingleton(provider =>
            new DevelopmentCertificate(DevelopmentCertificate.UsersFolder, provider.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<ServerCertificate>();
        builder.Services.AddOptions<SocketTransportOptions>().Configure<Listeners>((transport, listeners) =>
            transport.CreateBoundListenSocket = listeners.Take);
        builder.Services.AddSingleton<IConnectionListenerFactory>(provider => ActivatorUtilities.CreateInstance<LastConnections>(
            provider, ActivatorUtilities.CreateInstance<SocketTransportFactory>(provider)));
    }

    /// <summary>Binds the ports, loads the certificate and tells Kestrel to listen. Each failure is one sentence.</summary>
    public static async Task OpenListenersAsync(this WebApplication app, CancellationToken cancellationToken)
    {
        var listeners = app.Services.GetRequiredService<Listeners>();
        var certificate = app.Services.GetRequiredService<ServerCertificate>();
        listeners.Bind();
        await certificate.LoadAsync(cancellationToken);
        if (!SharedPort.IsSupported)
        {
            NoSharedPorts(app.Logger);
        }

        // Orchestrators and images preset ASPNETCORE_URLS or ASPNETCORE_HTTP_PORTS. The host has read them when it builds the pipeline;
        // Kestrel would warn that it ignores them.
        app.Use(next =>
        {
            app.Urls.Clear();
            return next;
        });

        // Here and not where Kestrel's options are configured: Build() makes Kestrel, and options are validated after it.
        var kestrel = app.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value;
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

    [LoggerMessage(1000, LogLevel.Warning, "This system cannot share a port between processes: run one gateway here, or give each its own ports.")]
    private static partial void NoSharedPorts(ILogger logger);
}
