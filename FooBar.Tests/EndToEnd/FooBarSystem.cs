using System.Globalization;
using System.Net;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using FooBar.AppHost;
using FooBar.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FooBar.Tests.EndToEnd;

/// <summary>The whole AppHost, on ports of its own and with data that goes away with it.</summary>
public sealed class FooBarSystem : IAsyncLifetime
{
    private readonly DirectoryInfo state = Directory.CreateTempSubdirectory("foobar-system-");
    private DistributedApplication? app;

    public Uri Http { get; } = new($"http://localhost:{FreePort.Next().ToString(CultureInfo.InvariantCulture)}");

    public Uri Https { get; } = new($"https://localhost:{FreePort.Next().ToString(CultureInfo.InvariantCulture)}");

    public DistributedApplication App => app ?? throw new InvalidOperationException("The system is not started.");

    public async Task InitializeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<AppHostSettings>(Arguments(), limit.Token);
        builder.Services.AddLogging(logging => logging
            .AddFilter("FooBar.AppHost.Resources", LogLevel.Warning)
            .AddFilter("FooBar.AppHost.Resources.mysql", LogLevel.None) // all that MySQL logs goes to standard error
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None)
            .AddFilter("System.Net.Http", LogLevel.Warning));
        app = await builder.BuildAsync(limit.Token);
        await app.StartAsync(limit.Token);
        foreach (var resource in new[] { "failover", "web-1", "web-2", "gateway-1", "gateway-2" })
        {
            await app.ResourceNotifications.WaitForResourceHealthyAsync(resource, WaitBehavior.StopOnResourceUnavailable, limit.Token);
        }
    }

    public async Task DisposeAsync()
    {
        if (app is not null)
        {
            await app.DisposeAsync();
        }

        state.Delete(recursive: true);
    }

    /// <summary>A client of the site as a new visitor: a connection of its own, so that either gateway may get it.</summary>
    public HttpClient Visitor(bool https = false) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        SslOptions = new() { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=FooBar development" },
    })
    {
        BaseAddress = https ? Https : Http,
        Timeout = TimeSpan.FromSeconds(20),
    };

    /// <summary>Which replica of the site answered; null when none did.</summary>
    public static string? ServedBy(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("X-Served-By", out var names) ? names.Single() : null;

    /// <summary>Asks the site once, on a new connection, and reads the answer to its end.</summary>
    public async Task<(HttpStatusCode Status, string? ServedBy, string Body)> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var visitor = Visitor();
        using var answer = await visitor.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        return (answer.StatusCode, ServedBy(answer), await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>Carries out a command of the dashboard, one of <see cref="KnownResourceCommands"/>.</summary>
    public async Task CommandAsync(string resource, string command, CancellationToken cancellationToken)
    {
        var result = await App.ResourceCommands.ExecuteCommandAsync(resource, command, cancellationToken);
        Assert.True(result.Success, result.Message);
    }

    private string[] Arguments() =>
    [
        $"--FooBar:HttpPort={Http.Port}",
        $"--FooBar:HttpsPort={Https.Port}",
        $"--FooBar:ManagementPort={FreePort.Next(2)}",
        "--FooBar:DataVolumes=false",
        $"--FooBar:StateDirectory={state.FullName}",
        .. new[] { "root", "coordinator", "replication", "foobar-app", "foobar-migrations" }.Select(account => $"--Parameters:mysql-{account}-password={Guid.NewGuid():N}"),
    ];
}

/// <summary>All end-to-end tests share one system and run one after another.</summary>
[CollectionDefinition(nameof(FooBarSystem))]
public sealed class SharedFooBarSystem : ICollectionFixture<FooBarSystem>;
