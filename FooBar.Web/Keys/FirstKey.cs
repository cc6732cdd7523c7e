using System.Data.Common;
using System.Globalization;
using FooBar.Data.Migrations;
using FooBar.Data.Routing;
using Microsoft.AspNetCore.DataProtection.KeyManagement;

namespace FooBar.Web.Keys;

/// <summary>
/// Loads the keys as soon as their table is there, and makes the very first one while no other replica can: two that are made
/// at the same moment would each be unknown to the other replica for a while. Later keys are made days before they are used.
/// </summary>
internal sealed partial class FirstKey(
    SchemaReadiness schema, Database database, IKeyManager keys, TimeProvider clock, ILogger<FirstKey> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await schema.Ready.WaitAsync(stoppingToken);
            while (!await TryAsync(stoppingToken))
            {
                await Task.Delay(Pause, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The application stops.
        }
    }

    private async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (keys.GetAllKeys().Count > 0)
            {
                return true;
            }

            await using var session = await database.OpenForWriteAsync(cancellationToken);
            var locked = await session.ScalarAsync($"SELECT GET_LOCK('foobar.first-key', 2)", cancellationToken);
            if (Convert.ToInt32(locked, CultureInfo.InvariantCulture) != 1)
            {
                return false;
            }

            try
            {
                if (keys.GetAllKeys().Count == 0)
                {
                    var now = clock.GetUtcNow();
                    keys.CreateNewKey(now, now + Lifetime);
                }
            }
            finally
            {
                await session.ScalarAsync($"SELECT RELEASE_LOCK('foobar.first-key')", cancellationToken);
            }

            return true;
        }
        catch (Exception e) when (e is DatabaseUnavailableException or DbException or TimeoutException)
        {
            LogNotYet(e.Message);
            return false;
        }
    }

    [LoggerMessage(2001, LogLevel.Information, "The keys for cookies and forms are not loaded yet: {Reason}")]
    private partial void LogNotYet(string reason);
}
