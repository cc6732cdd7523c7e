using System.Net;
using System.Net.Http.Json;
using FooBar.ServiceDefaults;
using FooBar.ServiceDefaults.Proxies;
using FooBar.ServiceDefaults.Shutdown;
using FooBar.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace FooBar.Tests.Integration.ServiceDefaults;

/// <summary>A service that has nothing but the defaults, the drain and the trusted proxies.</summary>
public sealed class ServiceTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly HttpClient _client = new() { Timeout = Limit };
    private WebApplication? _app;

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    [Fact]
    public async Task Health_WithAFailingCheck_Is503AndNamesItWithoutItsReason()
    {
        await StartAsync(services => services.AddHealthChecks()
            .AddCheck("database", () => HealthCheckResult.Unhealthy("secret host", new InvalidOperationException("secret password"))));

        using var ready = await _client.GetAsync("/health");
        using var live = await _client.GetAsync("/alive");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal(
            """{"status":"unhealthy","checks":{"self":"healthy","accepting":"healthy","database":"unhealthy"}}""",
            await ready.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.Equal("""{"status":"healthy","checks":{"self":"healthy"}}""", await live.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Health_WithACheckThatHangs_IsUnhealthyWithinAProbesPatience()
    {
        await StartAsync(services => services.AddHealthChecks().AddAsyncCheck("database", async ct =>
        {
            await Task.Delay(Timeout.Infinite, ct);
            return HealthCheckResult.Healthy();
        }));

        using var response = await _client.GetAsync("/health");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact]
    public async Task Stop_WhileDraining_ServesNewConnectionsAndIsUnhealthy()
    {
        await StartAsync(settings: ("Shutdown:DrainFor", "00:00:03"));
        var kept = await _client.GetStringAsync("/");
        Assert.Equal("served", kept);

        var stopping = _app!.StopAsync();

        await Eventually.Within(Limit, async ct =>
        {
            using var health = await _client.GetAsync("/health", ct);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        });
        using (var fresh = new HttpClient { BaseAddress = _client.BaseAddress })
        using (var response = await fresh.GetAsync("/"))
        {
            Assert.Equal("served", await response.Content.ReadAsStringAsync());
            Assert.True(response.Headers.ConnectionClose, "a connection was kept that is about to be closed");
        }

        Assert.False(stopping.IsCompleted, "the drain was over before it was tried");
        await stopping.WaitAsync(Limit);
        await Assert.ThrowsAsync<HttpRequestException>(() => _client.GetAsync("/"));
    }

    [Theory]
    [InlineData("web-7", "")]
    [InlineData("web", "web-7")]
    public async Task ServedBy_EvenOnAnErrorPage_NamesTheReplica(string service, string replica)
    {
        await StartAsync(settings: [("OTEL_SERVICE_NAME", service), ("ServedBy", replica)]);

        using var fine = await _client.GetAsync("/");
        using var broken = await _client.GetAsync("/broken");

        Assert.Equal("web-7", Assert.Single(fine.Headers.GetValues("X-Served-By")));
        Assert.Equal(HttpStatusCode.InternalServerError, broken.StatusCode);
        Assert.Equal("web-7", Assert.Single(broken.Headers.GetValues("X-Served-By")));
    }

    [Theory]
    [InlineData("127.0.0.1", null, true)]
    [InlineData("192.0.2.1", null, false)]
    [InlineData("192.0.2.1", "192.0.2.0/24", true)]
    [InlineData("198.51.100.1", "192.0.2.0/24", false)]
    public async Task ForwardedHeaders_AreBelievedOnlyFromATrustedProxy(string proxy, string? trusted, bool believed)
    {
        await StartAsync(settings: trusted is null ? [] : [("ForwardedHeaders:TrustedNetworks:0", trusted)]);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/whoami?proxy={proxy}");
        request.Headers.Add("X-Forwarded-For", "203.0.113.9");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Host", "www.foobar.com");

        using var response = await _client.SendAsync(request);

        Assert.Equal(
            believed ? "https://www.foobar.com from 203.0.113.9" : $"http://{_client.BaseAddress?.Authority} from {proxy}",
            await response.Content.ReadFromJsonAsync<string>());
    }

    private async Task StartAsync(Action<IServiceCollection>? configure = null, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["Shutdown:DrainFor"] = "00:00:00";
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        builder.AddServiceDefaults();
        builder.AddDrain();
        builder.AddTrustedProxies();
        configure?.Invoke(builder.Services);
        builder.WebHost.UseUrls("http://127.0.0.1:0");

        _app = builder.Build();
        _app.UseDrain();
        _app.UseServedBy();
        _app.UseExceptionHandler(errors => errors.Run(context => context.Response.WriteAsync("an error page")));

        // Stands in for a connection that really comes from there.
        _app.Use((context, next) =>
        {
            context.Connection.RemoteIpAddress = IPAddress.Parse(context.Request.Query["proxy"].FirstOrDefault() ?? "127.0.0.1");
            return next(context);
        });
        _app.UseForwardedHeaders();
        _app.UseRouting();
        _app.MapDefaultEndpoints();
        _app.MapGet("/", () => "served");
        _app.MapGet("/broken", string () => throw new InvalidOperationException("broken"));
        _app.MapGet("/whoami", (HttpContext context) =>
            TypedResults.Json($"{context.Request.Scheme}://{context.Request.Host} from {context.Connection.RemoteIpAddress}"));
        await _app.StartAsync();
        _client.BaseAddress = new Uri(_app.Urls.Single());
    }
}
