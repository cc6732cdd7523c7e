using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Kubernetes;
using FooBar.Tests.Support.Publishing;
using Xunit;
using Xunit.Abstractions;

namespace FooBar.Tests.EndToEnd;

/// <summary>The production overlay as it is: whatever is deleted, everything comes back by itself and nothing is lost.</summary>
[Collection(SharePublishedImages.Name)]
public sealed class PodsTests(PublishedPods pods, ITestOutputHelper output) : IClassFixture<PublishedPods>, IAsyncLifetime
{
    private static readonly TimeSpan Ready = TimeSpan.FromSeconds(60);

    private LocalCluster Cluster => pods.Cluster;

    public Task InitializeAsync() => Cluster.ReadyAsync(Ready);

    // Whatever is done to the others: a probe that kills or too little memory would show here.
    public Task DisposeAsync()
    {
        output.WriteLine(Cluster.Story());
        Assert.All(Cluster.Pods.Where(pod => pod.Application != "mysql"), pod => Assert.Equal((pod.Name, 0), (pod.Name, pod.Restarts)));
        return Task.CompletedTask;
    }

    [PodsFact]
    public async Task Requests_AHundred_AreServedByBothPods()
    {
        using var visitor = pods.Visitor();

        // A gateway hears of a new pod only when the name server does.
        await Eventually.Within(TimeSpan.FromSeconds(15), async ct =>
        {
            var served = new List<string>();
            for (var request = 0; request < 100; request++)
            {
                using var answer = await visitor.GetAsync(new Uri("/", UriKind.Relative), ct);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                served.Add(answer.Headers.GetValues("X-Served-By").Single());
            }

            Assert.Equal(Cluster.Workload("web").Pods.Select(pod => pod.Name).Order(), served.Distinct().Order());
        });
    }

    [PodsFact]
    public void Replica_OfANewCluster_FollowsTheFirstNodeOverVerifiedTls() =>
        Assert.Equal("mysql-0.mysql\tYES\t/etc/mysql-tls/ca.crt\tON\tON", pods.FirstReplication);

    [PodsTheory]
    [InlineData("web")]
    [InlineData("gateway")]
    [InlineData("failover")]
    [InlineData("replica")]
    [InlineData("primary")]
    public async Task Pod_Deleted_ComesBackAndNoRequestFails(string kind) =>
        await WhileUsedAsync(async () => await Cluster.DeleteAsync(await FindAsync(kind)));

    [PodsFact]
    public async Task Container_OfThePrimaryKilled_IsStartedAgainInItsPod()
    {
        var primary = await FindAsync("primary");
        await WhileUsedAsync(async () =>
        {
            await PodEngine.RunAsync("kill", primary.ContainerName);
            await Eventually.Within(Ready, () => Assert.Equal(1, primary.Restarts));
        });
        Assert.Contains(primary, Cluster.Pods);
    }

    [PodsFact]
    public async Task Volume_OfTheReplicaReplacedByAnEmptyOne_IsFilledAgain()
    {
        var replica = await FindAsync("replica");

        await WhileUsedAsync(() => Cluster.DeleteAsync(replica, claim: $"data-{replica.Name}"));

        await pods.InSyncAsync();
        Assert.Equal(
            await pods.QueryAsync(Cluster.Journal().Primary!, "SELECT COUNT(*) FROM foobar.posts"), await pods.QueryAsync(replica.Name, "SELECT COUNT(*) FROM foobar.posts"));
    }

    [PodsFact]
    public void Coordinator_AtTheApiServer_DoesWhatItsRoleAllowsAndNoMore()
    {
        var allowed = pods.Production.One("Role", "failover").Items("rules")
            .SelectMany(rule => rule.Texts("verbs").SelectMany(verb => rule.Texts("resources").Zip(rule.Texts("resourceNames"), (resource, name) => new Call(verb, $"{resource}/{name}", LocalCluster.Token))));

        Assert.Equal(allowed.OrderBy(call => call.ToString()), Cluster.Api.Calls.Distinct().OrderBy(call => call.ToString()));
    }

    /// <summary>Reads and writes before, while and after something is done; none of them may fail, and what is acknowledged stays.</summary>
    private async Task WhileUsedAsync(Func<Task> action)
    {
        var written = new ConcurrentQueue<string>([await PostAsync(CancellationToken.None)]);
        await using (var reads = new Visits(ct => ReadAsync(written.First(), ct)))
        await using (var writes = new Visits(async ct => written.Enqueue(await PostAsync(ct))))
        {
            await action();
            await Cluster.ReadyAsync(Ready);
            output.WriteLine($"Reads: {reads}. Writes: {writes}");
            await reads.EndAsync(TimeSpan.FromSeconds(4));
            await writes.EndAsync(TimeSpan.FromSeconds(8));
        }

        foreach (var path in written)
        {
            await ReadAsync(path, CancellationToken.None);
        }
    }

    private async Task<Pod> FindAsync(string kind)
    {
        if (kind is "primary" or "replica")
        {
            var journal = await pods.InSyncAsync();
            return Cluster.Workload("mysql").Pods.Single(pod => pod.Name == journal.Primary == (kind == "primary"));
        }

        return Cluster.Workload(kind).Pods[0];
    }

    private async Task<string> PostAsync(CancellationToken cancellationToken)
    {
        using var visitor = pods.Visitor();
        using var answer = await visitor.PostAsJsonAsync(new Uri("/api/posts", UriKind.Relative), new { title = "Written by a test", body = "Some text.", author = "A tester" }, cancellationToken);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return answer.Headers.Location!.IsAbsoluteUri ? answer.Headers.Location.PathAndQuery : answer.Headers.Location.OriginalString;
    }

    private async Task ReadAsync(string path, CancellationToken cancellationToken)
    {
        using var visitor = pods.Visitor();
        Assert.Contains("Written by a test", await visitor.GetStringAsync(new Uri(path, UriKind.Relative), cancellationToken), StringComparison.Ordinal);
    }
}
