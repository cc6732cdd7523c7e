using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>The dashboard's web server, inside the AppHost's process.</summary>
internal sealed class DashboardServer(IConfiguration configuration, IServiceProvider services, ResourceBoard board, ILogger<DashboardServer> logger) : IHostedService, IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private WebApplication? _web;
    private Task _watching = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var address = DashboardAddress.From(configuration);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            address.Bind(kestrel);
        });
        builder.Services.AddRoutingCore();
        _web = builder.Build();
        var guard = new DashboardGuard();
        _web.Use(guard.CheckAsync);
        _web.UseRouting();
        new DashboardEndpoints(board, guard.Token, services, _stopping.Token).Map(_web);
        try
        {
            await _web.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            var reason = e.InnerException is AddressInUseException ? $"port {address.Url.Port} is taken" : e.Message.TrimEnd('.');
            throw new DistributedApplicationException($"The dashboard cannot listen on {address.Url.GetLeftPart(UriPartial.Authority)}: {reason}. {DashboardAddress.Remedy}");
        }

        _watching = WatchAsync();
        logger.LogInformation("Dashboard: {Url}", string.Join(", ", _web.Urls));
    }

    /// <summary>Ends the streams, which would keep the server waiting for their readers.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _watching;
        if (_web is not null)
        {
            await _web.StopAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_web is not null)
        {
            await _web.DisposeAsync();
        }

        _stopping.Dispose();
    }

    private async Task WatchAsync()
    {
        try
        {
            await board.WatchAsync(_stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            logger.LogError(e, "The dashboard's states stand still from here on, because it could not read one.");
        }
    }
}
