using FooBar.AppHost.MySqlCluster;
using FooBar.Failover;
using FooBar.Failover.Act;
using FooBar.Failover.Decide;
using FooBar.Failover.Leadership;
using FooBar.Failover.Observe;
using FooBar.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace FooBar.Tests.Integration.Failover;

/// <summary>Attaches a replica again and again to a primary whose certificate an authority of the test's own has signed.</summary>
public sealed class VerifiedReplicationTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly TestAuthority authority = new();
    private readonly TemporaryFolder folder = new();
    private readonly CancellationTokenSource limit = new(TimeSpan.FromMinutes(3));
    private readonly MySqlNodes nodes;

    public VerifiedReplicationTests() => nodes = new MySqlNodes(authority);

    public async Task InitializeAsync()
    {
        await nodes.InitializeAsync();
        await using var coordinator = await CoordinatorHost.StartAsync(nodes, Path.Combine(folder.Path, "failover.journal"), limit.Token);
        await coordinator.DecidesAsync<Steady>(Soon);
    }

    public async Task DisposeAsync()
    {
        await nodes.DisposeAsync();
        authority.Dispose();
        folder.Dispose();
        limit.Dispose();
    }

    [Fact]
    public async Task Attach_WithAnAuthority_VerifiesTheSourceByIt()
    {
        Assert.Equal((false, ""), await TrustAsync());

        // The replica replicates already; its source is the same, and how it trusts it is not.
        await AttachAsync(MySqlNodeSettings.CertificateAuthority);
        Assert.Equal((true, MySqlNodeSettings.CertificateAuthority), await TrustAsync());
        await ReplicatesAsync("verified");

        var error = await Assert.ThrowsAsync<ActionException>(() => AttachAsync(MySqlNodes.WrongAuthority));
        Assert.Contains("mysql-2 does not replicate from mysql-1", error.Message, StringComparison.Ordinal);
        Assert.Contains($"must be signed by an authority in {MySqlNodes.WrongAuthority} on mysql-2", error.Message, StringComparison.Ordinal);

        await AttachAsync(MySqlNodeSettings.CertificateAuthority);
        await ReplicatesAsync("verified again");

        await AttachAsync("");
        Assert.Equal((false, ""), await TrustAsync());
        await ReplicatesAsync("not verified");
    }

    private async Task AttachAsync(string certificateAuthority)
    {
        var (options, probe, connections) = Coordinator(certificateAuthority);
        await new AttachAction(connections, probe, new RelayLog(options), options, TimeProvider.System)
            .RunAsync(new Attach("mysql-2", "mysql-1", "The test says so."), limit.Token);
    }

    private async Task<(bool Verified, string Authority)> TrustAsync()
    {
        var replication = (await Coordinator("").Probe.ProbeAsync("mysql-2", limit.Token)).Replication!;
        return (replication.Verified, replication.CertificateAuthority);
    }

    private (IOptions<FailoverOptions> Options, NodeProbe Probe, NodeConnections Connections) Coordinator(string certificateAuthority)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(CoordinatorHost.Settings(nodes)).Build();
        var rules = configuration.GetSection(FailoverOptions.Section).Get<FailoverOptions>()!;
        rules.ReplicationCertificateAuthority = certificateAuthority;
        var options = Options.Create(rules);
        var connections = new NodeConnections(configuration, new OnlyCoordinator(), options);
        return (options, new NodeProbe(connections, options), connections);
    }

    private async Task ReplicatesAsync(string text)
    {
        await nodes.ScalarAsync("mysql-1", $"CREATE TABLE IF NOT EXISTS foobar.notes (text VARCHAR(100)); INSERT INTO foobar.notes VALUES ('{text}')", limit.Token);
        await Eventually.Within(Soon, async ct => Convert.ToInt32(
            await nodes.ScalarAsync("mysql-2", $"SELECT COUNT(*) FROM foobar.notes WHERE text = '{text}'", ct), null) == 1);
    }
}
