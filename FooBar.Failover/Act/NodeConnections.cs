using FooBar.Failover.Leadership;
using Microsoft.Extensions.Options;
using MySqlConnector;

namespace FooBar.Failover.Act;

/// <summary>
/// Opens connections to single nodes: with the coordinator's own account, and on a node that is too new to have it, with the
/// initial account of the node's connection string.
/// </summary>
internal sealed class NodeConnections(IConfiguration configuration, ILeadership leadership, IOptions<FailoverOptions> options)
{
    public async Task<NodeSession> OpenAsync(string node, CancellationToken cancellationToken)
    {
        try
        {
            return await OpenAsync(node, options.Value.Coordinator, cancellationToken);
        }
        catch (MySqlException e) when (e.ErrorCode == MySqlErrorCode.AccessDenied)
        {
            return await OpenNewAsync(node, e, cancellationToken);
        }
    }

    /// <summary>Opens with the initial account, which alone can make the others.</summary>
    public Task<NodeSession> OpenInitialAsync(string node, CancellationToken cancellationToken) => OpenAsync(node, account: null, cancellationToken);

    // Denied although the account is there: its password is wrong, and the initial account must not paper over that.
    private async Task<NodeSession> OpenNewAsync(string node, MySqlException denied, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(node, account: null, cancellationToken);
        try
        {
            if (await session.ScalarAsync("SELECT 1 FROM mysql.user WHERE user = @user", cancellationToken, ("@user", options.Value.Coordinator.User)) is null)
            {
                return session;
            }
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }

        await session.DisposeAsync();
        throw new ActionException($"{node} denies the account {options.Value.Coordinator.User} ({denied.Message}); set Failover:Coordinator:Password to the password that the account has.");
    }

    /// <summary>A node's connection string as the coordinator uses it: encrypted at least, verified if it says so, and never patient.</summary>
    internal static MySqlConnectionStringBuilder Settings(string connectionString, FailoverOptions options, FailoverOptions.Account? account)
    {
        var settings = new MySqlConnectionStringBuilder(connectionString)
        {
            ConnectionTimeout = (uint)Math.Ceiling(options.ProbeTimeout.TotalSeconds),
            DefaultCommandTimeout = (uint)Math.Ceiling(options.ActionTimeout.TotalSeconds),
            MaximumPoolSize = 8,
            Database = "",
        };
        if (settings.SslMode < MySqlSslMode.Required)
        {
            settings.SslMode = MySqlSslMode.Required;
        }

        if (account is not null)
        {
            settings.UserID = account.User;
            settings.Password = account.Password;
        }

        return settings;
    }

    private async Task<NodeSession> OpenAsync(string node, FailoverOptions.Account? account, CancellationToken cancellationToken)
    {
        var settings = Settings(configuration.GetConnectionString(node)!, options.Value, account);
        var connection = new MySqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return new NodeSession(connection, leadership);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
