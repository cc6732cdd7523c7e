using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

public static class OtlpConfigurationExtensions
{
    // The names are OpenTelemetry's. The endpoint is whatever collector the AppHost's configuration names; without one nothing is exported.
    public static IResourceBuilder<T> WithOtlpExporter<T>(this IResourceBuilder<T> builder) where T : IResourceWithEnvironment
    {
        var instance = Guid.NewGuid().ToString("N")[..8];
        return builder.WithEnvironment(context =>
        {
            if (context.ExecutionContext.IsPublishMode)
            {
                return;
            }

            var configuration = builder.ApplicationBuilder.Configuration;
            var variables = context.EnvironmentVariables;
            variables["OTEL_SERVICE_NAME"] = builder.Resource.Name;
            variables["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={builder.Resource.Name}-{instance}";
            if (configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not { Length: > 0 } endpoint)
            {
                return;
            }

            variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint;
            variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] ?? "grpc";
            if (builder.ApplicationBuilder.Environment.IsDevelopment())
            {
                // In development what happened is wanted within a second, not with the next full batch.
                variables["OTEL_BLRP_SCHEDULE_DELAY"] = variables["OTEL_BSP_SCHEDULE_DELAY"] = variables["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
                variables["OTEL_TRACES_SAMPLER"] = "always_on";
                variables["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
            }
        });
    }
}
