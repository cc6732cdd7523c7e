using System.Net;
using FooBar.ServiceDefaults;
using FooBar.ServiceDefaults.Proxies;
using FooBar.ServiceDefaults.Shutdown;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace FooBar.Tests.Support.Gateway;

/// <summary>
/// A replica of a site that does nothing but tell what it saw of a request. It has the service defaults, as every service
/// of FooBar does, and keeps its port when it is stopped and started again.
/// </summary>
internal sealed class TestReplica(string name, IReadOnlyDictionary<string, string?>? settings = null, IPEndPoint? endpoint = null)
    : IAsyncDisposable
{
    private readonly IPEndPoint _endpoint = endpoint ?? new IPEndPoint(IPAddress.Loopback, FreePort.Next());
    private WebApplication? _app;
    private volatile bool _isReady = true;
    private volatile bool _isDegraded;
    private volatile bool _hangs;
    private int _requests;
    private int _probes;

    public string Name => name;

    public Uri Address => new($"http://{_endpoint}");

    /// <summary>Requests of the site that came here; probes are not counted.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public int Probes => Volatile.Read(ref _probes);

    /// <summary>Whether its own check lets /health answer 200.</summary>
    public bool IsReady
    {
        set => _isReady = value;
    }

    /// <summary>Whether its own check says that something is missing; /health answers 200 all the same.</summary>
    public bool IsDegraded
    {
        set => _isDegraded = value;
    }

    /// <summary>Accepts connections and answers nothing, probes included.</summary>
    public bool Hangs
    {
        set => _hangs = value;
    }

    public static async Task<TestReplica> StartNewAsync(
        string name, IReadOnlyDictionary<string, string?>? settings = null, IPEndPoint? endpoint = null)
    {
        var replica = new TestReplica(name, settings, endpoint);
        await replica.StartAsync();
        return replica;
    }

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["OTEL_SERVICE_NAME"] = name,
            ["Shutdown:DrainFor"] = "00:00:02",
            ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.AddDrain();
        builder.AddTrustedProxies();
        builder.Services.AddHealthChecks().AddCheck("database", () =>
        {
            Interlocked.Increment(ref _probes);
            return !_isReady ? HealthCheckResult.Unhealthy() : _isDegraded ? HealthCheckResult.Degraded() : HealthCheckResult.Healthy();
        });
        builder.WebHost.UseUrls(Address.AbsoluteUri);

        _app = builder.Build();
        _app.UseDrain();
        _app.UseServedBy();
        _app.Use(async (context, next) =>
        {
            if (_hangs)
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                context.Abort();
                return;
            }

            await next(context);
        });

        // Before UseForwardedHeaders, which takes the headers that it believes out of the request.
        _app.Use((context, next) =>
        {
            context.Items["headers"] = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString());
            return next(context);
        });
        _app.UseForwardedHeaders();
        _app.UseRouting();
        _app.MapDefaultEndpoints();
        _app.MapGet("/{**path}", SeenAsync);
        _app.MapPost("/{**path}", SeenAsync);
        await _app.StartAsync();
    }

    /// <summary>As an orchestrator stops a service: it drains first.</summary>
    public async Task StopAsync()
    {
        if (_app is { } app)
        {
            _app = null;
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }

    /// <summary>The port is closed and what is under way is broken off, as far as a process can do that to itself.</summary>
    public async Task DropAsync()
    {
        if (_app is { } app)
        {
            _app = null;
            await app.StopAsync(new CancellationToken(canceled: true));
            await app.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync() => await DropAsync();

    private async Task<SeenRequest> SeenAsync(HttpContext context, ILoggerFactory loggers, int? delay, CancellationToken ct)
    {
        Interlocked.Increment(ref _requests);
        using var body = new StreamReader(context.Request.Body);
        var text = await body.ReadToEndAsync(ct);
        await Task.Delay(TimeSpan.FromMilliseconds(delay ?? 0), ct);
        loggers.CreateLogger("FooBar.TestReplica").LogInformation("{Replica} saw {Path}", name, context.Request.Path);
        return new SeenRequest(
            name,
            context.Request.Scheme,
            context.Request.Host.Value ?? "",
            context.Connection.RemoteIpAddress?.ToString() ?? "",
            (Dictionary<string, string>?)context.Items["headers"] ?? [],
            text);
    }
}

/// <summary>A request as a replica saw it: scheme, host and client after the forwarded headers were applied; the headers before.</summary>
internal sealed record SeenRequest(string Replica, string Scheme, string Host, string Client, Dictionary<string, string> Headers, string Body);
