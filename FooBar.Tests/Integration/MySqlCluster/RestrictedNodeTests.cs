using FooBar.Tests.Support;
using MySqlConnector;

namespace FooBar.Tests.Integration.MySqlCluster;

/// <summary>The node program where nothing is allowed that a restricted pod is not, and what a pod's probes and hooks run.</summary>
public sealed class RestrictedNodeTests(RestrictedNode node) : IClassFixture<RestrictedNode>
{
    private readonly CancellationToken _limit = new CancellationTokenSource(TimeSpan.FromMinutes(3)).Token;

    [Fact]
    public async Task Node_OnAnEmptyVolume_BootsFencedUnderTheNameOfItsCertificate() =>
        Assert.Equal("1/10/mysql-0.mysql/ON", await node.ScalarAsync(
            "SELECT CONCAT_WS('/', @@super_read_only, @@server_id, @@report_host, IF(@@require_secure_transport, 'ON', 'OFF'))", _limit));

    [Fact]
    public void Probes_WhileTheDataDirectoryIsMade_SayNotReadyAndAlive()
    {
        Assert.True(node.Probes.Count > 2, "the node was ready before it was asked");
        Assert.All(node.Probes.SkipLast(1), probe => Assert.Equal((2, 0), probe));
    }

    [Fact]
    public async Task Node_Restarted_KeepsItsDataAndIsFencedAgain()
    {
        var uuid = await node.ScalarAsync("SELECT @@server_uuid", _limit);
        await node.ScalarAsync("SET GLOBAL super_read_only = OFF", _limit);

        Assert.Equal("0", await node.StopAsync(_limit));
        await node.StartAsync(_limit);

        Assert.Equal($"{uuid}/1/0", await node.ScalarAsync("SELECT CONCAT_WS('/', @@server_uuid, @@super_read_only, @@offline_mode)", _limit));
    }

    [Fact]
    public async Task Offline_BeforeTheStop_SendsClientsAwayAndTheStopIsGraceful()
    {
        await node.ScalarAsync("SET GLOBAL super_read_only = OFF, GLOBAL read_only = OFF", _limit);
        await node.ScalarAsync("CREATE USER client IDENTIFIED BY 'client'", _limit);
        await using var client = await node.OpenAsync(_limit, "client", "client");

        Assert.Equal(0, await node.ProbeAsync("offline", _limit));

        await using (var question = new MySqlCommand("SELECT 1", client))
        {
            await Assert.ThrowsAsync<MySqlException>(() => question.ExecuteScalarAsync(_limit));
        }

        Assert.Equal("1", await node.ScalarAsync("SELECT @@offline_mode", _limit));
        Assert.Equal(0, await node.ProbeAsync("offline", _limit));
        Assert.Equal("0", await node.StopAsync(_limit));
        await node.StartAsync(_limit);
        Assert.Equal("0", await node.ScalarAsync("SELECT @@offline_mode", _limit));
    }

    [Fact]
    public async Task Probes_WithoutTheRightPassword_TakeADenialForAnAnswer()
    {
        Assert.Equal(0, await node.ProbeAsync("alive", _limit, "MYSQL_ROOT_PASSWORD=wrong"));
        Assert.Equal(0, await node.ProbeAsync("ready", _limit, "MYSQL_ROOT_PASSWORD="));
        Assert.NotEqual(0, await node.ProbeAsync("offline", _limit, "MYSQL_ROOT_PASSWORD=wrong"));
        Assert.Equal("0", await node.ScalarAsync("SELECT @@offline_mode", _limit));
    }

    [Fact]
    public async Task Server_ThatListensAndHangs_IsNotAliveAndIsKilledWhenItIsStopped()
    {
        await node.SignalServerAsync("STOP", _limit);

        await Eventually.Within(TimeSpan.FromSeconds(20), async ct => Assert.Equal((1, 1), (await node.ProbeAsync("alive", ct), await node.ProbeAsync("ready", ct))));
        Assert.Equal("137", await node.StopAsync(_limit));

        await node.StartAsync(_limit);
    }
}
