using System.Net;
using System.Net.Sockets;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Failover;
using FooBar.Tests.Support.Web;

namespace FooBar.Tests.Integration.ServiceDefaults;

/// <summary>The gateway's ports are in StartupTests.</summary>
public sealed class TakenPortTests : IDisposable
{
    private const string Nodes = "Server=127.0.0.1:1;Database=foobar;User ID=nobody;Password=secret";

    private readonly TemporaryFolder _data = new();
    private readonly int _port = FreePort.Next();
    private readonly TcpListener _other;

    public TakenPortTests()
    {
        _other = new TcpListener(IPAddress.Loopback, _port);
        _other.Start();
    }

    public void Dispose()
    {
        _other.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task Web_OnThePortOfAnotherProgram_SaysSoInOneLine()
    {
        await using var site = WebProcess.Start("web-3", new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{_port}",
            ["ConnectionStrings__foobar"] = Nodes,
            ["ConnectionStrings__foobar-migrations"] = Nodes,
        });

        Assert.Equal(1, await site.ExitAsync());
        AssertIsOneLine(site.Output);
    }

    [Fact]
    public async Task Failover_OnThePortOfAnotherProgram_SaysSoInOneLine()
    {
        var settings = new Dictionary<string, string?>
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{_port}",
            ["ConnectionStrings:mysql-1"] = Nodes,
            ["Failover:Nodes:0"] = "mysql-1",
            ["Failover:Database"] = "foobar",
            ["Failover:JournalPath"] = Path.Combine(_data.Path, "failover.journal"),
        };
        foreach (var account in new[] { "Coordinator", "Replication", "Application", "Migrations" })
        {
            (settings[$"Failover:{account}:User"], settings[$"Failover:{account}:Password"]) = (account, "secret");
        }

        await using var coordinator = FailoverProcess.Start(settings);

        Assert.Equal(1, await coordinator.ExitAsync());
        AssertIsOneLine(coordinator.Output);
    }

    private void AssertIsOneLine(string output)
    {
        var line = Assert.Single(output.Split('\n'), line => line.Contains($":{_port}", StringComparison.Ordinal));
        Assert.Equal(
            $"Cannot start: Failed to bind to address http://127.0.0.1:{_port}: address already in use. "
            + "End the program that listens there, or set ASPNETCORE_URLS to a free port.",
            line);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }
}
