using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Gateway;

namespace FooBar.Tests.Integration.Gateway;

/// <summary>Stopping gracefully loses nothing, while clients go on asking.</summary>
public sealed class DrainTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Replica_StoppedGracefullyUnderLoad_LosesNoRequest()
    {
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        await using var web2 = await TestReplica.StartNewAsync("web-2");
        await using var gateway = await GatewayProcess.StartAsync(new GatewaySetup
        {
            DataFolder = _data.Path,
            Environment = GatewaySetup.Forwarding(web1, web2),
        });
        using var client = TestClient.New();

        var answers = await UnderLoadAsync(client, new Uri(gateway.Http, "/?delay=20"), web1.StopAsync);

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal(["web-1", "web-2"], answers.Select(answer => answer.ServedBy).Distinct().Order());
    }

    [Theory]
    [InlineData("http", "1.1")]
    [InlineData("https", "2.0")]
    public async Task Gateway_TerminatedUnderLoadBesideAnother_LosesNoRequest(string scheme, string version)
    {
        await using var web1 = await TestReplica.StartNewAsync("web-1");
        var setup = new GatewaySetup { DataFolder = _data.Path, Environment = GatewaySetup.Forwarding(web1) };
        await using var gateway1 = await GatewayProcess.StartAsync(setup);
        await using var gateway2 = await GatewayProcess.StartAsync(setup with { ManagementPort = FreePort.Next() });
        using var client = TestClient.New();
        client.DefaultRequestVersion = Version.Parse(version);
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;

        var clock = new Stopwatch();
        var answers = await UnderLoadAsync(client, new Uri(scheme == "https" ? gateway1.Https : gateway1.Http, "/?delay=20"), async () =>
        {
            clock.Start();
            Assert.Equal(0, await gateway1.TerminateAsync());
            clock.Stop();
        });

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(8));
    }

    /// <summary>Four clients ask one request after the other, until a while after <paramref name="event"/> is over.</summary>
    private static async Task<IReadOnlyCollection<(HttpStatusCode Status, string ServedBy)>> UnderLoadAsync(
        HttpClient client, Uri address, Func<Task> @event)
    {
        var answers = new ConcurrentQueue<(HttpStatusCode Status, string ServedBy)>();
        using var enough = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                answers.Enqueue(await client.AskAsync(address, CancellationToken.None));
            }
        })).ToList();

        await AnswersBeyondAsync(answers, 50);
        await @event();
        await AnswersBeyondAsync(answers, answers.Count + 50);
        await enough.CancelAsync();
        await Task.WhenAll(clients);
        return answers;
    }

    private static Task AnswersBeyondAsync(ConcurrentQueue<(HttpStatusCode Status, string ServedBy)> answers, int count) =>
        Eventually.Within(TimeSpan.FromSeconds(20), ct => Task.FromResult(answers.Count > count));
}
