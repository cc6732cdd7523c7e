using System.Text;
using FooBar.AppHost.MySqlCluster;
using FooBar.Tests.Support;
using MySqlConnector;

namespace FooBar.Tests.Integration.MySqlCluster;

/// <summary>
/// A node as a pod under the restricted security standard runs it: uid 999 without capabilities or a way to gain any, nothing
/// writable but its data, /tmp and the socket's folder, the node program and its certificate mounted read-only.
/// </summary>
public sealed class RestrictedNode : IAsyncLifetime
{
    public const string RootPassword = "root-password-of-a-test";

    private const string Image = "mysql:9.7";
    private const string Fill = "/fill";

    private static readonly TimeSpan InitialisedWithin = TimeSpan.FromSeconds(90);

    private readonly string _name = $"foobar-restricted-{Guid.NewGuid():N}";
    private readonly int _port = FreePort.Next();
    private readonly TestAuthority _authority = new();
    private readonly TemporaryFolder _files = new();

    /// <summary>What <c>ready</c> and <c>alive</c> said, again and again, until the node was ready for the first time.</summary>
    public List<(int Ready, int Alive)> Probes { get; } = [];

    private string Volume(string of) => $"{_name}-{of}";

    public async Task InitializeAsync()
    {
        using var limit = new CancellationTokenSource(InitialisedWithin);
        await FillVolumesAsync(limit.Token);
        await DockerCommand.RunAsync(
            [
                "run", "--detach", "--name", _name, "--label", $"{TestRun.LabelName}={TestRun.Id}", "--publish", $"127.0.0.1:{_port}:3306",
                "--user", "999:999", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
                "--tmpfs", "/tmp", "--tmpfs", "/var/run/mysqld:mode=2777,gid=999",
                "--volume", $"{Volume("data")}:/var/lib/mysql:nocopy",
                "--volume", $"{Volume("program")}:{MySqlNodeProgram.Directory}:ro,nocopy",
                "--volume", $"{Volume("tls")}:{MySqlNodeSettings.CertificateDirectory}:ro,nocopy",
                "--env", $"PATH={MySqlNodeProgram.SearchPath}", "--env", $"MYSQL_ROOT_PASSWORD={RootPassword}",
                Image, .. MySqlNodeSettings.Identity("10", "mysql-0.mysql"), .. MySqlNodeSettings.Certificate, .. MySqlNodeSettings.Common,
            ],
            limit.Token);
        await Eventually.Within(InitialisedWithin, async ct =>
        {
            var ready = await ProbeAsync("ready", ct);
            Probes.Add((ready, await ProbeAsync("alive", ct)));
            Assert.True(ready == 0, await ConsoleAsync(ct));
        });
    }

    public async Task DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await DockerCommand.TryAsync(["rm", "--force", _name], limit.Token);
        await DockerCommand.TryAsync(["volume", "rm", "--force", Volume("data"), Volume("program"), Volume("tls")], limit.Token);
        _authority.Dispose();
        _files.Dispose();
    }

    /// <summary>Verifies the node by its authority and its name.</summary>
    public async Task<MySqlConnection> OpenAsync(CancellationToken ct, string user = "root", string password = RootPassword)
    {
        var connection = new MySqlConnection(new MySqlConnectionStringBuilder
        {
            Server = "localhost",
            Port = (uint)_port,
            UserID = user,
            Password = password,
            SslMode = MySqlSslMode.VerifyFull,
            SslCa = Path.Combine(_files.Path, "ca.crt"),
            ConnectionTimeout = 3,
            Pooling = false,
        }.ConnectionString);
        await connection.OpenAsync(ct);
        return connection;
    }

    public async Task<string?> ScalarAsync(string sql, CancellationToken ct)
    {
        await using var connection = await OpenAsync(ct);
        await using var command = new MySqlCommand(sql, connection);
        return Convert.ToString(await command.ExecuteScalarAsync(ct), null);
    }

    /// <summary>The exit code of one of the node's scripts, run as a kubelet does.</summary>
    public async Task<int> ProbeAsync(string script, CancellationToken ct, params string[] environment) =>
        (await DockerCommand.TryAsync(["exec", .. environment.SelectMany(variable => (string[])["--env", variable]), _name, $"{MySqlNodeProgram.Directory}/{script}"], ct)).ExitCode;

    /// <summary>Sends a signal to the server itself, not to the program before it.</summary>
    public Task SignalServerAsync(string signal, CancellationToken ct) => DockerCommand.RunAsync(
        ["exec", _name, "bash", "-c", $"kill -{signal} $(cat /var/run/mysqld/mysqld.pid)"], ct);

    /// <summary>SIGTERM, then its end is awaited; returns the exit code.</summary>
    public async Task<string> StopAsync(CancellationToken ct)
    {
        await DockerCommand.RunAsync(["stop", "--time", "60", _name], ct);
        return await DockerCommand.RunAsync(["inspect", "--format", "{{.State.ExitCode}}", _name], ct);
    }

    public async Task StartAsync(CancellationToken ct)
    {
        await DockerCommand.RunAsync(["start", _name], ct);
        await Eventually.Within(TimeSpan.FromSeconds(60), async attempt => Assert.True(await ProbeAsync("ready", attempt) == 0, await ConsoleAsync(attempt)));
    }

    private async Task<string> ConsoleAsync(CancellationToken ct) => (await DockerCommand.TryAsync(["logs", "--tail", "30", _name], ct)).Errors;

    // As a kubelet mounts them: a ConfigMap, a Secret with a group of its own, and a volume whose group may write.
    private async Task FillVolumesAsync(CancellationToken ct)
    {
        var (certificate, key) = _authority.Issue("mysql-0.mysql", "localhost");
        await File.WriteAllTextAsync(Path.Combine(_files.Path, "ca.crt"), _authority.Pem, ct);
        var script = new StringBuilder("set -e\n");
        foreach (var file in MySqlNodeProgram.Files())
        {
            Append(script, $"{Fill}/program/{file.Name}", file.Contents!, "0555");
        }

        Append(script, $"{Fill}/tls/ca.crt", _authority.Pem, "0440");
        Append(script, $"{Fill}/tls/tls.crt", certificate, "0440");
        Append(script, $"{Fill}/tls/tls.key", key, "0440");
        script.Append($"chown -R 0:999 {Fill}/tls {Fill}/data\nchmod 2775 {Fill}/data\n");
        await DockerCommand.RunAsync(
            [
                "run", "--rm", "--interactive", "--network", "none", "--entrypoint", "bash",
                .. new[] { "data", "program", "tls" }.SelectMany(of => (string[])["--volume", $"{Volume(of)}:{Fill}/{of}"]), Image,
            ],
            ct, script.ToString());
    }

    private static void Append(StringBuilder script, string path, string contents, string mode) => script.Append(
        $"base64 -d > {path} <<< {Convert.ToBase64String(Encoding.UTF8.GetBytes(contents))}\nchmod {mode} {path}\n");
}
