using System.Globalization;
using FooBar.Data.Routing;
using FooBar.Data.Topology;
using Microsoft.Extensions.Options;
using MySqlConnector;

namespace FooBar.Data.Consistency;

/// <summary>Finds a copy of the data that has a certain write.</summary>
internal sealed class CopyWithWrite(NodeOpener opener, TopologyBoard board, IOptions<DataOptions> options, TimeProvider clock)
{
    /// <returns>A copy that has the write; null if none could be shown to have it within ReadWait.</returns>
    public async Task<OpenedNode?> OpenAsync(WritePosition write, uint turn, NodeEndpoint? failed, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            foreach (var node in Route.ForReadingWith(board.Current, write, turn, failed))
            {
                if (await TryAsync(node, write, Left(), cancellationToken) is { } opened)
                {
                    return opened;
                }
            }

            if (Left() <= TimeSpan.Zero)
            {
                return null;
            }

            // Nobody has it whom we know to be readable: we may be the last to hear of a new primary.
            failed = null;
            board.RequestRefresh();
            await Task.Delay(NodeOpener.RetryPause, clock, cancellationToken);
        }

        TimeSpan Left() => options.Value.ReadWait - clock.GetElapsedTime(start);
    }

    private async Task<OpenedNode?> TryAsync(NodeStatus node, WritePosition write, TimeSpan left, CancellationToken cancellationToken)
    {
        OpenedNode? opened = null;
        try
        {
            opened = await opener.ConnectAsync(node, writing: false, cancellationToken);
            if (node.Executed.Contains(write) || await HasAsync(opened, write, left, cancellationToken))
            {
                return opened;
            }
        }
        catch (Exception e) when (MySqlFailure.IsConnection(e) && !cancellationToken.IsCancellationRequested)
        {
            board.RequestRefresh();
        }
        catch when (opened is not null)
        {
            await opened.Connection.DisposeAsync();
            throw;
        }

        if (opened is not null)
        {
            await opened.Connection.DisposeAsync();
        }

        return null;
    }

    /// <summary>
    /// The primary is asked as well: it has every acknowledged write, unless it is a former primary whose successor we cannot see.
    /// </summary>
    private Task<bool> HasAsync(OpenedNode copy, WritePosition write, TimeSpan left, CancellationToken cancellationToken)
    {
        var wait = copy.Node.Role == NodeRole.Primary || left < options.Value.ReplicaWait ? TimeSpan.Zero : options.Value.ReplicaWait;

        // The function takes no wait at all (zero) for a wait without end.
        var question = wait > TimeSpan.Zero
            ? "SELECT WAIT_FOR_EXECUTED_GTID_SET(@write, @seconds) = 0"
            : "SELECT GTID_SUBSET(@write, @@GLOBAL.gtid_executed)";
        return copy.Connection.RunAsync(
            async (connection, token) =>
            {
                await using var command = new MySqlCommand(question, connection);
                command.Parameters.AddWithValue("@write", write.ToString());
                command.Parameters.AddWithValue("@seconds", wait.TotalSeconds);
                return Convert.ToInt64(await command.ExecuteScalarAsync(token), CultureInfo.InvariantCulture) == 1;
            },
            wait + options.Value.ProbeTimeLimit, cancellationToken);
    }
}
