using FooBar.ServiceDefaults;
using FooBar.ServiceDefaults.Startup;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FooBar.Tests.Unit.ServiceDefaults;

public sealed class AddServiceDefaultsTests
{
    [Theory]
    [InlineData(null, false)]
    [InlineData(" ", false)]
    [InlineData("http://localhost:4317", true)]
    public void Telemetry_IsAddedOnlyWithAnEndpoint(string? endpoint, bool added)
    {
        var builder = Builder(endpoint);

        builder.AddServiceDefaults();

        Assert.Equal(added, builder.Services.Any(IsOfTelemetry));
    }

    [Fact]
    public void Telemetry_WithAnEndpointThatIsNoAddress_SaysSo()
    {
        var failure = Assert.Throws<StartupException>(() => Builder("nonsense").AddServiceDefaults());

        Assert.StartsWith("OTEL_EXPORTER_OTLP_ENDPOINT is 'nonsense'", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "Warning")]
    [InlineData("Debug", "Debug")]
    public void QuietLogging_GivesWayToEveryOtherSetting(string? given, string expected)
    {
        var builder = Builder(endpoint: null);
        if (given is not null)
        {
            builder.Configuration["Logging:LogLevel:Microsoft.AspNetCore"] = given;
        }

        builder.AddServiceDefaults();

        Assert.Equal(expected, builder.Configuration["Logging:LogLevel:Microsoft.AspNetCore"]);
    }

    private static WebApplicationBuilder Builder(string? endpoint)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)]);
        return builder;
    }

    private static bool IsOfTelemetry(ServiceDescriptor service) => new[] { service.ServiceType, service.ImplementationType }
        .Any(type => type?.FullName is { } name && (name.StartsWith("OpenTelemetry", StringComparison.Ordinal) || name.Contains("Telemetry", StringComparison.Ordinal)));
}
