using Microsoft.Extensions.Logging;

namespace MySqlConnector;

public sealed class MySqlDataSourceBuilder(string? connectionString = null)
{
    private string? _name;

    public MySqlConnectionStringBuilder ConnectionStringBuilder { get; } = new(connectionString);

    /// <summary>Accepted without effect: the stand-in logs nothing.</summary>
    public MySqlDataSourceBuilder UseLoggerFactory(ILoggerFactory? loggerFactory) => this;

    /// <summary>The pool's name in the metrics.</summary>
    public MySqlDataSourceBuilder UseName(string? name)
    {
        _name = name;
        return this;
    }

    public MySqlDataSource Build() => new(ConnectionStringBuilder.ConnectionString, _name);
}
