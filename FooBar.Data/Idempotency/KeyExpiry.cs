using System.Globalization;
using FooBar.Data.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FooBar.Data.Idempotency;

/// <summary>
/// Deletes keys that nobody will bring again, a few at a time, by one process at a time. Nobody waits for it: it takes no lock
/// on a gap, and where a row is locked it comes again later.
/// </summary>
internal sealed partial class KeyExpiry(Database database, IOptions<DataOptions> options, TimeProvider clock, ILogger<KeyExpiry> logger)
    : BackgroundService
{
    private const int BatchSize = 200;
    private const string Lock = "foobar.idempotency-keys";

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1), BatchPause = TimeSpan.FromMilliseconds(100);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Pause, clock, stoppingToken);
                await TryAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The application stops.
        }
    }

    /// <returns>How many keys were deleted; 0 as well if another process is at it.</returns>
    internal async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        await using var session = await database.OpenForWriteAsync(TimeSpan.Zero, cancellationToken);
        if (Convert.ToInt32(await session.ScalarAsync($"SELECT GET_LOCK({Lock}, 0)", cancellationToken), CultureInfo.InvariantCulture) != 1)
        {
            return 0;
        }

        try
        {
            await session.ExecuteAsync(
                $"SET SESSION transaction_isolation = 'READ-COMMITTED', SESSION innodb_lock_wait_timeout = 1, SESSION wait_timeout = 10", cancellationToken);
            var deleted = 0;
            while (await KeyTable.DeleteAsync(session, options.Value.KeepAnswersFor, BatchSize, cancellationToken) is > 0 and var batch)
            {
                deleted += batch;
                if (batch < BatchSize)
                {
                    break;
                }

                await Task.Delay(BatchPause, clock, cancellationToken);
            }

            return deleted;
        }
        finally
        {
            await ReleaseAsync(session);
        }
    }

    // A connection that was lost meanwhile has let the lock go, and refuses to be asked.
    private static async Task ReleaseAsync(WriteSession session)
    {
        try
        {
            await session.ScalarAsync($"SELECT RELEASE_LOCK({Lock})", CancellationToken.None);
        }
        catch (Exception e) when (e is DatabaseUnavailableException or InvalidOperationException || MySqlFailure.IsFromDatabase(e))
        {
        }
    }

    private async Task TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await SweepAsync(cancellationToken) is > 0 and var deleted)
            {
                LogDeleted(deleted, options.Value.KeepAnswersFor);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && (e is DatabaseUnavailableException || MySqlFailure.IsFromDatabase(e)))
        {
            LogLater(e.Message);
        }
    }

    [LoggerMessage(5111, LogLevel.Debug, "Deleted {Count} idempotency keys that were older than {Age}")]
    private partial void LogDeleted(int count, TimeSpan age);

    [LoggerMessage(5112, LogLevel.Debug, "Idempotency keys are deleted later: {Reason}")]
    private partial void LogLater(string reason);
}
