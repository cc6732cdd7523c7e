using FooBar.ServiceDefaults.Health;
using FooBar.ServiceDefaults.Proxies;
using FooBar.ServiceDefaults.Shutdown;
using FooBar.ServiceDefaults.Startup;
using FooBar.ServiceDefaults.Telemetry;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace FooBar.ServiceDefaults;

public static class ServiceDefaultsBuilderExtensions
{
    /// <summary>
    /// Adds what every service of FooBar has: its identity, quiet logs, telemetry (if <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is
    /// set), health checks, the proxies whose forwarded headers are believed, and a shutdown that drains first.
    /// Call it before anything else, so that telemetry is the last to stop.
    /// </summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<ProcessEnd>();
        builder.Services.AddSingleton(ServiceIdentity.From(builder.Configuration, builder.Environment));
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.AddServerHeader = false);

        builder.Configuration.AddQuietLogging();
        builder.AddTelemetry();
        builder.Services.AddDefaultHealthChecks();
        builder.Services.AddTrustedProxies();
        builder.Services.AddDraining();
        return builder;
    }
}
