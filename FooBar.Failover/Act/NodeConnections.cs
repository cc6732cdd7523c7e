using Microsoft.Extensions.Options;
using MySqlConnector;

namespace FooBar.Failover.Act;

/// <summary>
/// Opens connections to single nodes: with the coordinator's own account, and on a node that is too new to have it, with the
/// initial account of the node's connection string.
/// </summary>
internal sealed class NodeConnections(IConfiguration configuration, IOptions<FailoverOptions> options)
{
    public async Task<NodeSession> OpenAsync(string node, CancellationToken cancellationToken)
    {
        try
        {
            return await OpenAsync(node, options.Value.Coordinator, cancellationToken);
        }
        catch (MySqlException e) when (e.ErrorCode == MySqlErrorCode.AccessDenied)
        {
            return await OpenAsync(node, account: null, cancellationToken);
        }
    }

    /// <summary>Opens with the initial account, which alone can make the others.</summary>
    public Task<NodeSession> OpenInitialAsync(string node, CancellationToken cancellationToken) => OpenAsync(node, account: null, cancellationToken);

    private async Task<NodeSession> OpenAsync(string node, FailoverOptions.Account? account, CancellationToken cancellationToken)
    {
        var settings = new MySqlConnectionStringBuilder(configuration.GetConnectionString(node)!)
        {
            SslMode = MySqlSslMode.Required,
            ConnectionTimeout = (uint)Math.Ceiling(options.Value.ProbeTimeout.TotalSeconds),
            DefaultCommandTimeout = (uint)Math.Ceiling(options.Value.ActionTimeout.TotalSeconds),
            MaximumPoolSize = 8,
            Database = "",
        };
        if (account is not null)
        {
            settings.UserID = account.User;
            settings.Password = account.Password;
        }

        var connection = new MySqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return new NodeSession(node, connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
