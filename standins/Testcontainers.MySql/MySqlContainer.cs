using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;

namespace Testcontainers.MySql;

public sealed class MySqlContainer : DockerContainer
{
    private readonly MySqlAccount _account;

    internal MySqlContainer(ContainerConfiguration configuration, MySqlAccount account)
        : base(configuration) => _account = account;

    public string GetConnectionString() =>
        $"Server={Hostname};Port={GetMappedPublicPort(MySqlBuilder.MySqlPort)};Database={_account.Database};Uid={_account.Username};Pwd={_account.Password}";
}

internal sealed record MySqlAccount(string Database, string Username, string Password)
{
    public IEnumerable<KeyValuePair<string, string>> Environment =>
    [
        new("MYSQL_DATABASE", Database),
        new("MYSQL_USER", string.Equals(Username, "root", StringComparison.OrdinalIgnoreCase) ? "" : Username),
        new("MYSQL_PASSWORD", Password),
        new("MYSQL_ROOT_PASSWORD", Password),
    ];

    /// <summary>Over TCP, which the image's server offers only once it is initialised.</summary>
    public IList<string> Ping => ["mysql", "--protocol=TCP", $"--user={Username}", $"--password={Password}", $"--database={Database}", "--execute=SELECT 1"];
}

internal sealed class MySqlAnswers(MySqlAccount account) : IWaitUntil
{
    public async Task<bool> UntilAsync(IContainer container) => (await container.ExecAsync(account.Ping)).ExitCode == 0;
}
