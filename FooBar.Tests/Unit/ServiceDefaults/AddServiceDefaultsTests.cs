using FooBar.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry.Trace;

namespace FooBar.Tests.Unit.ServiceDefaults;

public sealed class AddServiceDefaultsTests
{
    [Theory]
    [InlineData(null, false)]
    [InlineData(" ", false)]
    [InlineData("http://localhost:4317", true)]
    public async Task Telemetry_IsAddedOnlyWithAnEndpoint(string? endpoint, bool added)
    {
        await using var app = Build(endpoint);

        Assert.Equal(added, app.Services.GetService<TracerProvider>() is not null);
        Assert.Equal(added, app.Services.GetServices<ILoggerProvider>().Any(provider => provider.GetType().Namespace == "OpenTelemetry.Logs"));
    }

    [Fact]
    public async Task Telemetry_WithAnEndpointThatIsNoAddress_IsToldWithTheOtherWrongOptions()
    {
        await using var app = Build("nonsense");

        var failure = Assert.Throws<OptionsValidationException>(() => app.Services.GetRequiredService<IStartupValidator>().Validate());

        Assert.StartsWith("OTEL_EXPORTER_OTLP_ENDPOINT is 'nonsense'", Assert.Single(failure.Failures), StringComparison.Ordinal);
    }

    private static WebApplication Build(string? endpoint)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)]);
        builder.AddServiceDefaults();
        return builder.Build();
    }
}
