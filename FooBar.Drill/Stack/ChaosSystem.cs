using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using MySqlConnector;

namespace FooBar.Drill.Stack;

/// <summary>The whole stack in containers, and hands that take its parts away and give them back.</summary>
public sealed class ChaosSystem : IAsyncDisposable
{
    public static readonly IReadOnlyList<string> Databases = ["mysql-0", "mysql-1"];

    /// <summary>Longer than the grace of a database's stop, which the engine ends by itself.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(150);

    private static readonly (string Service, int Port)[] Ready =
        [.. TwoGateways.All.Select(gateway => (TwoGateways.Network, gateway.ManagementPort)), ("web-1", 8080), ("web-2", 8080)];

    private readonly HttpClient management = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly ConcurrentDictionary<string, string> containers = [], hosts = [];
    private readonly ComposeSystem compose;
    private readonly Hardware? hardware;

    /// <param name="tag">The tag of the services' images.</param>
    public ChaosSystem(string tag)
        : this(tag, hardware: null)
    {
    }

    private ChaosSystem(string tag, Hardware? hardware)
    {
        this.hardware = hardware;
        compose = new ComposeSystem(tag, published =>
        {
            var overrides = new JsonObject { ["services"] = new JsonObject() };
            TwoGateways.AddTo(overrides, published);
            hardware?.AddTo(overrides);
            return overrides;
        });
    }

    /// <summary>One whose databases have disks that can be filled and clocks that can be moved. It needs root.</summary>
    public static ChaosSystem WithHardware(string tag) => new(tag, new Hardware(Databases));

    public async Task InitializeAsync()
    {
        await (hardware?.InitializeAsync() ?? Task.CompletedTask);
        await compose.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        management.Dispose();
        await compose.DisposeAsync();
        await (hardware?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    public HttpClient Visitor() => compose.Visitor(keepsConnections: true);

    public Task KillAsync(string service) => OnAsync(service, "kill");

    public Task PauseAsync(string service) => OnAsync(service, "pause");

    public Task UnpauseAsync(string service) => OnAsync(service, "unpause");

    public Task StartAsync(string service)
    {
        hosts.TryRemove(service, out _);
        return OnAsync(service, "start");
    }

    /// <summary>A graceful stop, as <c>docker stop</c> does it.</summary>
    public Task StopAsync(string service) => OnAsync(service, "stop");

    /// <summary>Lets nothing through between a service and others; packets vanish, as with a broken link.</summary>
    /// <param name="service">The service.</param>
    /// <param name="direction">Which packets.</param>
    /// <param name="others">Whom it is cut off from.</param>
    public async Task CutAsync(string service, Direction direction, params string[] others)
    {
        var addresses = string.Join(',', (await Task.WhenAll(others.Select(AddressesAsync))).SelectMany(addresses => addresses));
        if (direction != Direction.Out)
        {
            await FirewallAsync(service, "--append", "INPUT", "--source", addresses, "--jump", "DROP");
        }

        if (direction != Direction.In)
        {
            await FirewallAsync(service, "--append", "OUTPUT", "--destination", addresses, "--jump", "DROP");
        }
    }

    /// <summary>Mends all links of a service.</summary>
    public async Task MendAsync(string service)
    {
        await FirewallAsync(service, "--flush", "INPUT");
        await FirewallAsync(service, "--flush", "OUTPUT");
    }

    public void FillDisk(string node) => hardware!.Fill(node);

    public void FreeDisk(string node) => hardware!.Free(node);

    /// <summary>Moves a node's clock away from the others'.</summary>
    public async Task SetClockAsync(string node, TimeSpan offset)
    {
        await hardware!.SetClockAsync(node, offset);
        await Eventually.Within(TimeSpan.FromSeconds(5), async ct => Math.Abs(await AheadAsync(node) - offset.TotalSeconds) < 2);
    }

    private async Task<double> AheadAsync(string node) =>
        double.Parse(await SqlAsync(node, "SELECT UNIX_TIMESTAMP(SYSDATE(3))"), CultureInfo.InvariantCulture) - TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;

    /// <summary>What the coordinator says; null when it does not answer.</summary>
    public async Task<JsonElement?> ClusterAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await management.GetFromJsonAsync<JsonElement>(await AddressAsync("failover", 8080, "/cluster"), cancellationToken);
        }
        catch (HttpRequestException)
        {
            hosts.TryRemove("failover", out _); // started again, it may have another address
            return null;
        }
    }

    public async Task<string> PrimaryAsync(CancellationToken cancellationToken) =>
        (await ClusterAsync(cancellationToken))!.Value.GetProperty("journal").GetProperty("primary").GetString()!;

    public async Task<string> ReplicaAsync(CancellationToken cancellationToken)
    {
        var primary = await PrimaryAsync(cancellationToken);
        return Databases.Single(node => node != primary);
    }

    /// <summary>Waits until a replica may lack writes that are acknowledged from now on.</summary>
    public Task NotInSyncAsync(string node, TimeSpan bound) => Eventually.Within(bound, async ct =>
        (await ClusterAsync(ct))?.GetProperty("journal").GetProperty("inSync").EnumerateArray().All(replica => replica.GetString() != node) == true);

    /// <summary>
    /// Kills the coordinator the moment it has written into its journal that a replica becomes the primary, of which nothing is done
    /// by then. The engine starts it again, as a supervisor does.
    /// </summary>
    public async Task KillInPromotionAsync(string service)
    {
        var process = await ProcessAsync(service);
        await ProgramRun.OutputOfAsync(Limit, "timeout", "20", "bash", "-c",
            """tail --lines=0 --follow --pid="$1" "/proc/$1/root/home/app/failover.journal" | grep --quiet --max-count=1 '"phase":"Promoting"' && kill -KILL "$1" """, "bash", process);
    }

    public async Task SwitchoverAsync(CancellationToken cancellationToken)
    {
        using var answer = await management.PostAsJsonAsync(await AddressAsync("failover", 8080, "/cluster/switchover"), new { }, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Waits until the coordinator has nothing to do, a replica is in sync, and every gateway and every replica of the site is ready.</summary>
    public Task WholeAsync(TimeSpan bound) => Eventually.Within(bound, async ct =>
    {
        var cluster = await ClusterAsync(ct);
        var decision = cluster?.GetProperty("decision");
        if (decision?.GetProperty("kind").GetString() != "Steady" || cluster!.Value.GetProperty("journal").GetProperty("inSync").GetArrayLength() != 1)
        {
            throw new InvalidOperationException($"The coordinator says: {decision}");
        }

        foreach (var (service, port) in Ready)
        {
            using var answer = await management.GetAsync(await AddressAsync(service, port, "/health"), ct);
            answer.EnsureSuccessStatusCode();
        }
    });

    /// <summary>What the coordinator has decided since then, each as kind and reason.</summary>
    public async Task<IReadOnlyList<string>> DecisionsAsync(DateTimeOffset since)
    {
        const string mark = "[3002] ";
        var log = await DockerAsync("logs", "--since", since.ToString("o", CultureInfo.InvariantCulture), await ContainerAsync("failover"));
        return [.. log.Split('\n').Where(line => line.Contains(mark, StringComparison.Ordinal)).Select(line => line[(line.IndexOf(mark, StringComparison.Ordinal) + mark.Length)..])];
    }

    /// <summary>What all services have logged since then.</summary>
    public async Task<string> LogsAsync(DateTimeOffset since)
    {
        string[] services = [.. Databases, "failover", "web-1", "web-2", .. TwoGateways.All.Select(gateway => gateway.Service)];
        var logs = await Task.WhenAll(services.Select(async service =>
            $"== {service}\n{await DockerAsync("logs", "--timestamps", "--since", since.ToString("o", CultureInfo.InvariantCulture), await ContainerAsync(service))}"));
        return string.Join('\n', logs);
    }

    public async Task<string> MySqlVersionAsync() => (await SqlAsync(Databases[0], "SELECT VERSION()")).Trim();

    /// <summary>What root gets for a statement on a node: a line for each row, with tabs between the columns.</summary>
    public async Task<string> SqlAsync(string node, string statement) => await DockerAsync("exec", await ContainerAsync(node), "bash", "-c",
        $"MYSQL_PWD=$MYSQL_ROOT_PASSWORD mysql --no-defaults --socket=/var/run/mysqld/mysqld.sock --user=root --skip-column-names --execute=\"{statement}\"");

    /// <summary>The processor time that a node's server has taken since it started.</summary>
    public async Task<TimeSpan> CpuTimeAsync(string node)
    {
        var processes = (await DockerAsync("top", await ContainerAsync(node), "-o", "pid,comm")).Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        using var server = Process.GetProcessById(int.Parse(processes.Last(process => process is [_, "mysqld"])[0], CultureInfo.InvariantCulture));
        return server.TotalProcessorTime;
    }

    /// <summary>What the site connects to its database with, with addresses that this machine reaches.</summary>
    public async Task<string> ConnectionStringAsync()
    {
        const string variable = "ConnectionStrings__foobar=";
        var environment = await DockerAsync("inspect", "--format", "{{range .Config.Env}}{{println .}}{{end}}", await ContainerAsync("web-1"));
        var connection = new MySqlConnectionStringBuilder(environment.Split('\n').Single(line => line.StartsWith(variable, StringComparison.Ordinal))[variable.Length..])
        {
            Server = string.Join(',', await Task.WhenAll(Databases.Select(async node => (await AddressesAsync(node))[0]))),
            SslMode = MySqlSslMode.Required, // its certificates hold names, not addresses
            SslCa = "",
        };
        return connection.ConnectionString;
    }

    private async Task OnAsync(string service, string verb) => await DockerAsync(verb, await ContainerAsync(service));

    private async Task<Uri> AddressAsync(string service, int port, string path)
    {
        if (!hosts.TryGetValue(service, out var host))
        {
            hosts[service] = host = (await AddressesAsync(service))[0];
        }

        return new Uri($"http://{host}:{port}{path}");
    }

    private async Task<string> ContainerAsync(string service)
    {
        if (!containers.TryGetValue(service, out var id))
        {
            containers[service] = id = (await compose.ComposeAsync("ps", "--quiet", service)).Trim();
        }

        return id;
    }

    private async Task<string[]> AddressesAsync(string service) =>
        (await DockerAsync("inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}", await ContainerAsync(service)))
            .Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private async Task FirewallAsync(string service, params string[] rule) =>
        await ProgramRun.OutputOfAsync(Limit, "nsenter", ["--target", await ProcessAsync(service), "--net", "iptables", .. rule]);

    private async Task<string> ProcessAsync(string service) =>
        (await DockerAsync("inspect", "--format", "{{.State.Pid}}", await ContainerAsync(service))).Trim();

    private static Task<string> DockerAsync(params string[] arguments) => ProgramRun.OutputOfAsync(Limit, "docker", arguments);
}
