using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using FooBar.Failover;
using FooBar.Failover.Api;
using FooBar.Failover.Decide;
using FooBar.Failover.Journal;
using FooBar.Failover.Leadership;
using FooBar.Failover.Observe;
using FooBar.Failover.Operate;
using FooBar.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace FooBar.Tests.Unit.Failover;

/// <summary>What an operator is answered over HTTP, by a coordinator whose cycles the test plays.</summary>
public sealed class OperatorEndpointsTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly HttpClient client = new();
    private WebApplication app = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<ClusterStatus>().AddSingleton<OperatorDesk>().AddSingleton<ILeadership, OnlyCoordinator>();
        builder.Services.AddSingleton<IJournal>(new FileJournal(Options.Create(new FailoverOptions { JournalPath = Path.Combine(folder.Path, "journal") }), TimeProvider.System));
        app = builder.Build();
        app.UseOperatorAdvice();
        app.MapCluster();
        app.MapOperator();
        await app.StartAsync();
        client.BaseAddress = new Uri(app.Urls.Single());
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        await app.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData("", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("{}", "text/plain", HttpStatusCode.UnsupportedMediaType)]
    public async Task Command_InTheWrongForm_IsToldTheRightOne(string body, string type, HttpStatusCode status)
    {
        using var content = new StringContent(body, Encoding.UTF8, type);
        using var answer = await client.PostAsync(new Uri("/cluster/pause", UriKind.Relative), content);

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains("curl --json '{}' http://127.0.0.1:", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_Get_IsToldToPost()
    {
        using var answer = await client.GetAsync(new Uri("/cluster/switchover", UriKind.Relative));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Contains("is a POST of JSON", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_WhoseAskerIsGone_IsNotCarriedOutLater()
    {
        var desk = app.Services.GetRequiredService<OperatorDesk>();
        using var gone = new CancellationTokenSource();
        var asked = desk.AskAsync(new PauseCommand(Paused: true), gone.Token);
        var waits = desk.AskAsync(new PauseCommand(Paused: false), CancellationToken.None);

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        Assert.True(desk.TryTake(out var request));
        Assert.Equal(new PauseCommand(Paused: false), request.Command);
        Assert.False(desk.TryTake(out _));
        request.Answered.SetResult(new OperatorDesk.Answer(new Steady("All is well."), Failure: null));
        await waits;
    }

    [Fact]
    public async Task Cluster_Paused_SaysSoAndWhereTheJournalIs()
    {
        var journal = new JournalEntry(JournalPhase.Serving, 3, "mysql-1", ["mysql-2"], Paused: true);
        app.Services.GetRequiredService<ClusterStatus>().Report(new ClusterView(DateTimeOffset.UnixEpoch, []), journal, new Steady("All is well."));

        var report = (await client.GetFromJsonAsync<JsonElement>("/cluster")).GetProperty("journal");

        Assert.True(report.GetProperty("paused").GetBoolean());
        Assert.Equal(Path.Combine(folder.Path, "journal"), report.GetProperty("place").GetString());
    }
}
