using System.Text;
using FooBar.Tests.Support;
using MySqlConnector;
using Testcontainers.MySql;

namespace FooBar.Tests.Integration.Connectors;

/// <summary>A server whose certificate names <c>localhost</c>, the authority that it comes from, and another one of the same name.</summary>
public sealed class VerifiedServer : IAsyncLifetime
{
    private const string Folder = "/etc/mysql-tls";

    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _other = new();
    private readonly TemporaryFolder _files = new();
    private readonly MySqlContainer _container;

    public VerifiedServer()
    {
        var (certificate, key) = _authority.Issue("localhost");
        _container = TestRun.MySql().WithPassword("password-of-a-test")
            .WithResourceMapping(Encoding.UTF8.GetBytes(_authority.Pem), new FileInfo($"{Folder}/ca.crt"))
            .WithResourceMapping(Encoding.UTF8.GetBytes(certificate), new FileInfo($"{Folder}/tls.crt"))
            .WithResourceMapping(Encoding.UTF8.GetBytes(key), new FileInfo($"{Folder}/tls.key"))
            .WithCommand($"--ssl-ca={Folder}/ca.crt", $"--ssl-cert={Folder}/tls.crt", $"--ssl-key={Folder}/tls.key")
            .Build();
        File.WriteAllText(AuthorityPath, _authority.Pem);
        File.WriteAllText(OtherAuthorityPath, _other.Pem);
    }

    public string AuthorityPath => Path.Combine(_files.Path, "ca.crt");

    public string OtherAuthorityPath => Path.Combine(_files.Path, "other.crt");

    /// <summary>As root, by the name of the certificate.</summary>
    public string ConnectionString => new MySqlConnectionStringBuilder(_container.GetConnectionString()) { Server = "localhost", Pooling = false }.ConnectionString;

    public Task InitializeAsync() => _container.StartAsync();

    public async Task DisposeAsync()
    {
        await _container.DisposeAsync();
        _authority.Dispose();
        _other.Dispose();
        _files.Dispose();
    }
}
