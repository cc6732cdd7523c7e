using FooBar.ServiceDefaults.Startup;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;

namespace FooBar.ServiceDefaults.Telemetry;

internal static class TelemetryBuilderExtensions
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>
    /// Exports traces, metrics and logs by OTLP if OTEL_EXPORTER_OTLP_ENDPOINT is set; otherwise adds nothing at all. Protocol,
    /// headers, time limits and batch sizes are read by the exporter itself, from its own OTEL_ variables.
    /// </summary>
    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        var endpoint = builder.Configuration[Endpoint];
        if (string.IsNullOrWhiteSpace(endpoint))
        {
            return;
        }

        // The exporter would silently fall back to localhost.
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new StartupException($"{Endpoint} is '{endpoint}': give an absolute http or https address, or unset it.");
        }

        // ASP.NET Core leaves method and path off its request spans unless it is asked for them.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);

        builder.Services.AddSingleton<IStartupFilter, RequestSpans>();
        builder.Services.AddHostedService<TelemetryExport>();
        builder.Services.AddOptions<OpenTelemetryLoggerOptions>().Configure<ServiceIdentity>((options, identity) =>
            options.SetResourceBuilder(identity.ToResource()));
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
            logging.AddOtlpExporter();
        });
    }
}
