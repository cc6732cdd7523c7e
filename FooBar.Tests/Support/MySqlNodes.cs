using System.Text;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Networks;
using FooBar.AppHost.MySqlCluster;
using MySqlConnector;
using Testcontainers.MySql;
using Xunit;

namespace FooBar.Tests.Support;

/// <summary>
/// Real MySQL servers on a network of their own, with the very arguments and the node program that the AppHost gives them.
/// Their host ports stay the same when they are restarted.
/// </summary>
public sealed class MySqlNodes : IAsyncLifetime
{
    public const string RootPassword = "root-password-of-a-test";

    /// <summary>On the nodes: an authority that has signed nothing.</summary>
    public const string WrongAuthority = $"{MySqlNodeSettings.CertificateDirectory}/wrong.crt";

    // Process 1 is the node program, which has the same name and ends when the server has.
    private const string Kill = "for p in /proc/[0-9]*; do [ $p != /proc/1 ] && [ \"$(cat $p/comm 2>/dev/null)\" = mysqld ] && kill -KILL ${p#/proc/}; done; true";

    private readonly INetwork network = TestRun.Network().Build();
    private readonly List<(MySqlContainer Container, int Port)> nodes = [];

    public MySqlNodes()
        : this(authority: null)
    {
    }

    /// <param name="authority">Signs the nodes' certificates; they hold it, and another one in <see cref="WrongAuthority"/>.</param>
    /// <param name="count">How many nodes.</param>
    internal MySqlNodes(TestAuthority? authority, int count = 2)
    {
        Names = [.. Enumerable.Range(1, count).Select(number => $"mysql-{number}")];
        foreach (var (index, name) in Names.Index())
        {
            var port = FreePort.Next();
            nodes.Add((Build(index + 1, name, port, authority), port));
        }
    }

    /// <summary><c>mysql-1</c>, <c>mysql-2</c> and so on.</summary>
    public IReadOnlyList<string> Names { get; }

    public MySqlContainer this[string name] => nodes[IndexOf(name)].Container;

    public async Task InitializeAsync()
    {
        await network.CreateAsync();
        await Task.WhenAll(nodes.Select(node => node.Container.StartAsync()));
    }

    public async Task DisposeAsync()
    {
        foreach (var (container, _) in nodes)
        {
            await container.DisposeAsync();
        }

        await network.DisposeAsync();
    }

    /// <summary>A connection string of root for one node.</summary>
    public string ConnectionString(string name, string user = "root", string password = RootPassword, string database = "") =>
        new MySqlConnectionStringBuilder
        {
            Server = "127.0.0.1",
            Port = (uint)nodes[IndexOf(name)].Port,
            UserID = user,
            Password = password,
            Database = database,
            SslMode = MySqlSslMode.Required,
            ConnectionTimeout = 3,
            Pooling = false,
        }.ConnectionString;

    public async Task<MySqlConnection> OpenAsync(string name, CancellationToken cancellationToken, string user = "root", string password = RootPassword)
    {
        var connection = new MySqlConnection(ConnectionString(name, user, password));
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    public async Task<object?> ScalarAsync(string name, string sql, CancellationToken cancellationToken, string user = "root", string password = RootPassword)
    {
        await using var connection = await OpenAsync(name, cancellationToken, user, password);
        await using var command = new MySqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>One statement of root's.</summary>
    public async Task ExecuteAsync(string name, string sql, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(name, cancellationToken);
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Kills the server with SIGKILL; its container ends with it, and may be started again.</summary>
    public async Task KillAsync(string name, CancellationToken cancellationToken)
    {
        await this[name].ExecAsync(["bash", "-c", Kill], cancellationToken);
        await this[name].StopAsync(cancellationToken);
    }

    private MySqlContainer Build(int number, string name, int port, TestAuthority? authority)
    {
        var builder = TestRun.MySql()
            .WithNetwork(network)
            .WithNetworkAliases(name)
            .WithPortBinding(port, 3306)
            .WithDatabase("")
            .WithPassword(RootPassword)
            .WithEnvironment("PATH", MySqlNodeProgram.SearchPath)
            .WithCommand([.. MySqlNodeSettings.Arguments(number, name), .. authority is null ? [] : MySqlNodeSettings.Certificate]);
        foreach (var script in MySqlNodeProgram.Files())
        {
            builder = builder.WithResourceMapping(
                Encoding.UTF8.GetBytes(script.Contents!), new FileInfo($"{MySqlNodeProgram.Directory}/{script.Name}"), fileMode: (UnixFileModes)MySqlNodeProgram.Mode);
        }

        return (authority is null ? builder : WithCertificate(builder, name, authority)).Build();
    }

    private static MySqlBuilder WithCertificate(MySqlBuilder builder, string name, TestAuthority authority)
    {
        using var wrong = new TestAuthority();
        var (certificate, key) = authority.Issue(name);
        foreach (var (file, text) in new[] { ("ca.crt", authority.Pem), ("tls.crt", certificate), ("tls.key", key), ("wrong.crt", wrong.Pem) })
        {
            builder = builder.WithResourceMapping(Encoding.UTF8.GetBytes(text), new FileInfo($"{MySqlNodeSettings.CertificateDirectory}/{file}"));
        }

        return builder;
    }

    private int IndexOf(string name) => Names.ToList().IndexOf(name);
}
