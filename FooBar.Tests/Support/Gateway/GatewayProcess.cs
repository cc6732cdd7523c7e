using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Support.Gateway;

/// <summary>What a gateway is started with. Ports are free ones unless given, so that tests run side by side.</summary>
internal sealed record GatewaySetup
{
    public int HttpPort { get; init; } = FreePort.Next();

    public int HttpsPort { get; init; } = FreePort.Next();

    public int ManagementPort { get; init; } = FreePort.Next();

    /// <summary>Where the development certificate is kept.</summary>
    public required string DataFolder { get; init; }

    /// <summary>What the gateway finds at /etc/resolv.conf, if not the machine's: see <see cref="OwnResolverFactAttribute"/>.</summary>
    public string? ResolverFile { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public static IReadOnlyDictionary<string, string> Forwarding(params TestReplica[] replicas) =>
        replicas.ToDictionary(replica => $"services__{replica.Name}__http__0", replica => replica.Address.AbsoluteUri);
}

/// <summary>
/// A gateway as it runs in production: a process of its own, which can be killed. Its output is kept for assertions and for
/// the message of a failed test.
/// </summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ExitWithin = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private GatewayProcess(GatewaySetup setup)
    {
        Setup = setup;
        string[] command = ["dotnet", Path.Combine(AppContext.BaseDirectory, "FooBar.Gateway.dll")];
        if (setup.ResolverFile is { } file)
        {
            // Each of these replaces itself by the next, so the gateway has the id of the process that is started here.
            command = ["unshare", "--mount", "sh", "-c", "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"", file, .. command];
        }

        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.Combine(Checkout.Root, "FooBar.Gateway"), // with its appsettings.json
        };

        foreach (var name in start.Environment.Keys.Where(IsOfTheTestRun).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["XDG_DATA_HOME"] = setup.DataFolder;
        start.Environment["Gateway__HttpPort"] = $"{setup.HttpPort}";
        start.Environment["Gateway__HttpsPort"] = $"{setup.HttpsPort}";
        start.Environment["Gateway__ManagementPort"] = $"{setup.ManagementPort}";
        foreach (var (name, value) in setup.Environment)
        {
            start.Environment[name] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public GatewaySetup Setup { get; }

    public Uri Http => new($"http://localhost:{Setup.HttpPort}");

    public Uri Https => new($"https://localhost:{Setup.HttpsPort}");

    public Uri Management => new($"http://localhost:{Setup.ManagementPort}");

    public string Output => string.Join('\n', _output);

    public bool HasExited => _process.HasExited;

    /// <summary>Returns when the gateway is ready, or gives another answer to the question that is waited for.</summary>
    public static async Task<GatewayProcess> StartAsync(GatewaySetup setup, HttpStatusCode health = HttpStatusCode.OK)
    {
        var gateway = new GatewayProcess(setup);
        try
        {
            using var client = new HttpClient();
            await Eventually.Within(StartWithin, async ct =>
            {
                if (gateway.HasExited)
                {
                    return true;
                }

                using var response = await client.GetAsync(new Uri(gateway.Management, "/health"), ct);
                return response.StatusCode == health;
            });

            Assert.False(gateway.HasExited, $"The gateway ended at once:\n{gateway.Output}");
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>For a gateway that cannot start: its exit code and all that it said.</summary>
    public static async Task<(int ExitCode, string Output)> RunToExitAsync(GatewaySetup setup)
    {
        await using var gateway = new GatewayProcess(setup);
        await gateway.ExitAsync();
        return (gateway._process.ExitCode, gateway.Output);
    }

    /// <summary>SIGKILL: no goodbye of any kind.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync();
    }

    /// <summary>SIGTERM, as an orchestrator stops a service; returns the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -TERM {_process.Id}"]);
        await kill.WaitForExitAsync();
        await ExitAsync();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await ExitAsync();
        }

        _process.Dispose();
    }

    private static bool IsOfTheTestRun(string variable) =>
        variable.StartsWith("ASPNETCORE_", StringComparison.Ordinal)
        || variable.StartsWith("DOTNET_ENVIRONMENT", StringComparison.Ordinal)
        || variable.StartsWith("OTEL_", StringComparison.Ordinal)
        || variable.StartsWith("Logging__", StringComparison.Ordinal);

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _output.Enqueue(line);
        }
    }

    private async Task ExitAsync()
    {
        using var limit = new CancellationTokenSource(ExitWithin);
        await _process.WaitForExitAsync(limit.Token);
    }
}
