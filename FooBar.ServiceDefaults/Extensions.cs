using FooBar.ServiceDefaults.Health;
using FooBar.ServiceDefaults.Telemetry;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace FooBar.ServiceDefaults;

/// <summary>Aspire's service defaults. What the template lacks has lines of its own in each Program.cs.</summary>
public static class Extensions
{
    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Adds telemetry, health checks and the service's identity. Call it first, so that telemetry stops last.</summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(ServiceIdentity.From(builder.Configuration, builder.Environment));
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.AddServerHeader = false);
        builder.ConfigureOpenTelemetry();
        builder.AddDefaultHealthChecks();
        return builder;
    }

    /// <summary>
    /// Exports traces, metrics and logs by OTLP if OTEL_EXPORTER_OTLP_ENDPOINT is set. Without it nothing is recorded. The exporter
    /// reads protocol, headers, time limits and batch sizes from its own OTEL_ variables.
    /// </summary>
    public static TBuilder ConfigureOpenTelemetry<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        var endpoint = builder.Configuration[OtlpEndpoint];
        if (string.IsNullOrWhiteSpace(endpoint))
        {
            // A package that adds its own source, such as Aspire.MySqlConnector, would record spans that nobody receives.
            builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.SetSampler(new AlwaysOffSampler()));
            return builder;
        }

        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            // The exporter would silently fall back to localhost.
            builder.Services.AddOptions<OtlpExporterOptions>().ValidateOnStart().Validate(
                _ => false, $"{OtlpEndpoint} is '{endpoint}': give an absolute http or https address, or unset it.");
            return builder;
        }

        // The sampler recognises a probe by its path, which ASP.NET Core leaves off a new span unless this is false.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);

        builder.Services.AddHostedService<BoundedFlush>();
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => ServiceIdentity.From(builder.Configuration, builder.Environment).AddTo(resource))
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter("Yarp.ReverseProxy", "FooBar.*"))
            .WithTracing(tracing => tracing
                .SetSampler(new AllButProbes())
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddSource("Yarp.ReverseProxy", "FooBar.*"))
            .UseOtlpExporter();
        return builder;
    }

    /// <summary>
    /// Adds the check "self", tagged "live". A check without a limit of its own gets 500 ms: a check that hangs must be unhealthy
    /// before the gateway's probe gives up, which is after 800 ms.
    /// </summary>
    public static TBuilder AddDefaultHealthChecks<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddSingleton<HealthLog>();
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), ["live"]);
        builder.Services.PostConfigure<HealthCheckServiceOptions>(options =>
        {
            foreach (var check in options.Registrations.Where(check => check.Timeout == Timeout.InfiniteTimeSpan))
            {
                check.Timeout = TimeSpan.FromMilliseconds(500);
            }
        });
        return builder;
    }

    /// <summary>
    /// Maps <c>/health</c> (every check) and <c>/alive</c> (the checks tagged "live", which ask no other process) in every
    /// environment. An answer names each check with its status only; reasons go to the log.
    /// </summary>
    public static TEndpoints MapDefaultEndpoints<TEndpoints>(this TEndpoints endpoints)
        where TEndpoints : IEndpointRouteBuilder
    {
        endpoints.MapHealth(HealthEndpoints.ReadyPath, _ => true);
        endpoints.MapHealth(HealthEndpoints.LivePath, check => check.Tags.Contains("live"));
        return endpoints;
    }
}
