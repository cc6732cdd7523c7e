using System.Net;
using System.Text.Json.Nodes;
using FooBar.Failover.Journal;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Failover;
using FooBar.Tests.Support.Kubernetes;

namespace FooBar.Tests.Integration.Failover;

/// <summary>The real program against two real nodes and a Kubernetes API of the tests' own. Each test's coordinators end with it.</summary>
public sealed class TakeoverTests(TakeoverTests.Deployment deployment) : IClassFixture<TakeoverTests.Deployment>
{
    private const string InSync = "mysql-1 is primary in epoch 1, mysql-2 in sync.";

    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private string Journal => deployment.Api.Objects.Find(FakeKubernetesApi.Journal)!["data"]!["journal"]!.GetValue<string>();

    private string? Holder => deployment.Api.Objects.Find(FakeKubernetesApi.Lease)!["spec"]!["holderIdentity"]?.GetValue<string>();

    [Fact]
    public async Task Leader_Killed_IsSucceededByTheOneThatWaitsWithWhatTheJournalSays()
    {
        await using var leader = await LeadingAsync("killed");
        await using var waiting = Start("waiting");
        await waiting.AnswersAsync("/cluster", HttpStatusCode.ServiceUnavailable, "killed_", Soon);
        await waiting.AnswersAsync("/health", HttpStatusCode.OK, "\"cluster\":\"degraded\"", Soon);
        await waiting.AnswersAsync("/alive", HttpStatusCode.OK, "healthy", Soon);
        Assert.DoesNotContain("waiting took over.", Journal, StringComparison.Ordinal);

        await leader.KillAsync();

        await waiting.AnswersAsync("/cluster", HttpStatusCode.OK, InSync, LeaseDuration * 5);
        await waiting.AnswersAsync("/health", HttpStatusCode.OK, "\"cluster\":\"healthy\"", Soon);
        Assert.StartsWith("waiting_", Holder, StringComparison.Ordinal);
        Assert.Contains("waiting took over.", Journal, StringComparison.Ordinal);
        Assert.Single(Journal.Split('\n'), line => line.Contains("becomes the first primary", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Leader_Stopped_LeavesTheLeaseFree()
    {
        await using var leader = await LeadingAsync("stopped");

        Assert.Equal(0, await leader.TerminateAsync());

        Assert.Null(Holder);
    }

    [Fact]
    public async Task Leader_CutOffFromTheApiServer_EndsToBeStartedAnew()
    {
        await using var leader = await LeadingAsync("cut-off");

        deployment.Api.Fails = call => call.Token == "cut-off" ? Fault.Hang : Fault.None;

        Assert.Equal(1, await leader.ExitAsync());
        Assert.Contains("This process ends, to be started anew: The Lease foobar/failover is lost", leader.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leader_OfAJournalThatSomebodyElseWrites_EndsAtItsNextWrite()
    {
        await using var leader = await LeadingAsync("overwritten");
        var lines = JournalLines.Read(System.Text.Encoding.UTF8.GetBytes(Journal), "test", trimmed: true);
        var text = Journal + JournalLines.Encode(lines.Last! with { Number = lines.Number + 1, Reason = "Somebody else says so." });
        deployment.Api.Objects.Edit(FakeKubernetesApi.Journal, map => map["data"] = new JsonObject { ["journal"] = text });

        await deployment.Cluster.Nodes.KillAsync("mysql-2", CancellationToken.None);
        await using var again = new Undo(() => deployment.Cluster.Nodes["mysql-2"].StartAsync());

        Assert.Equal(1, await leader.ExitAsync());
        Assert.Contains("Somebody else has written to the journal in the ConfigMap foobar/failover-journal", leader.Output, StringComparison.Ordinal);
        Assert.Equal(text, Journal);
        Assert.Null(Holder);
    }

    [Fact]
    public async Task Leader_InAllThatItDoes_NeedsGetAndUpdateOfTwoObjects()
    {
        await using (var leader = await LeadingAsync("modest"))
        {
            await leader.TerminateAsync();
        }

        Assert.Equal(
            ["get configmaps/failover-journal", "get leases/failover", "update configmaps/failover-journal", "update leases/failover"],
            deployment.Api.Calls.Select(call => $"{call.Verb} {call.Resource}").Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Coordinator_WithoutItsConfigMap_EndsNamesItAndFreesTheLease()
    {
        await using var api = await FakeKubernetesApi.StartAsync();
        api.Objects.Remove(FakeKubernetesApi.Journal);
        await using var failover = Start("new", api);

        Assert.Equal(1, await failover.ExitAsync());

        Assert.Contains("the deployment makes the ConfigMap foobar/failover-journal, empty", failover.Output, StringComparison.Ordinal);
        Assert.Null(api.Objects.Find(FakeKubernetesApi.Lease)!["spec"]!["holderIdentity"]);
    }

    private async Task<FailoverProcess> LeadingAsync(string identity)
    {
        var process = Start(identity);
        await process.AnswersAsync("/cluster", HttpStatusCode.OK, InSync, Soon);
        return process;
    }

    private FailoverProcess Start(string identity) => Start(identity, deployment.Api);

    private FailoverProcess Start(string identity, FakeKubernetesApi api)
    {
        var settings = CoordinatorHost.Settings(deployment.Cluster.Nodes);
        foreach (var (key, value) in api.Settings(identity))
        {
            settings[key] = value;
        }

        settings["Failover:Kubernetes:LeaseDuration"] = $"{LeaseDuration}";
        settings["Failover:Kubernetes:RenewDeadline"] = "00:00:05";
        settings["Failover:Kubernetes:RetryInterval"] = "00:00:00.5";
        settings["Failover:Kubernetes:RequestTimeout"] = "00:00:02";
        return FailoverProcess.Start(settings);
    }

    public sealed class Deployment : IAsyncLifetime
    {
        public FailoverCluster Cluster { get; } = new();

        internal FakeKubernetesApi Api { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Api = await FakeKubernetesApi.StartAsync();
            await Cluster.InitializeAsync();
        }

        public async Task DisposeAsync()
        {
            await Cluster.DisposeAsync();
            await Api.DisposeAsync();
        }
    }
}
