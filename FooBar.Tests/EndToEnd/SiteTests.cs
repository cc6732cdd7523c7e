using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using FooBar.Tests.Support;
using MySqlConnector;
using Xunit;

namespace FooBar.Tests.EndToEnd;

[Collection(nameof(FooBarSystem))]
public sealed class SiteTests(FooBarSystem system) : IDisposable
{
    private readonly CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));

    private CancellationToken Token => limit.Token;

    [Fact]
    public Task Requests_AHundredOnNewConnections_SpreadEvenly() => Eventually.Within(TimeSpan.FromSeconds(30), async ct =>
    {
        // Again while a gateway has not yet probed both replicas after the start.
        var served = new List<string?>();
        for (var request = 0; request < 100; request++)
        {
            var answer = await system.GetAsync("/", ct);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            served.Add(answer.ServedBy);
        }

        Assert.InRange(served.Count(name => name == "web-1"), 48, 52);
        Assert.InRange(served.Count(name => name == "web-2"), 48, 52);
    });

    [Fact]
    public async Task Post_MadeThroughOneServer_IsVisibleThroughTheOther()
    {
        using var visitor = system.Visitor();
        var path = await PostAsync(visitor, "Visible everywhere");

        var servers = new HashSet<string?>();
        await Eventually.Within(TimeSpan.FromSeconds(20), async ct =>
        {
            var answer = await system.GetAsync(path, ct);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            Assert.Contains("Visible everywhere", answer.Body, StringComparison.Ordinal);
            servers.Add(answer.ServedBy);
            Assert.Equal(2, servers.Count);
        });
    }

    [Fact]
    public async Task Post_Written_IsOnTheReplicaAndReadFromThere()
    {
        using var visitor = system.Visitor();
        await PostAsync(visitor, "Read from the replica");

        await using var replica = await OpenAsync("mysql-2");
        await Eventually.Within(TimeSpan.FromSeconds(10), async ct =>
        {
            await using var count = new MySqlCommand("SELECT COUNT(*) FROM foobar.posts WHERE title = 'Read from the replica'", replica);
            return Convert.ToInt32(await count.ExecuteScalarAsync(ct), null) == 1;
        });
        await Eventually.Within(TimeSpan.FromSeconds(10), async ct =>
        {
            var page = (await system.GetAsync("/", ct)).Body;
            Assert.Contains("Read from the replica", page, StringComparison.Ordinal);
            Assert.Contains("mysql-2", page, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Replica_AskedToWrite_RejectsEvenRoot()
    {
        await using var replica = await OpenAsync("mysql-2");
        await using var write = new MySqlCommand("DELETE FROM foobar.posts", replica);

        Assert.Equal(1290, (await Assert.ThrowsAsync<MySqlException>(() => write.ExecuteNonQueryAsync(Token))).Number);
    }

    [Fact]
    public async Task Post_WithoutATitle_IsAProblemThatNamesTheField()
    {
        using var visitor = system.Visitor();
        using var answer = await visitor.PostAsJsonAsync(new Uri("/api/posts", UriKind.Relative), new { title = "", body = "text", author = "A tester" }, Token);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("title", await answer.Content.ReadAsStringAsync(Token), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Site_OverHttps_AnswersThroughTheGateway()
    {
        using var visitor = system.Visitor(https: true);
        using var answer = await visitor.GetAsync(new Uri("/", UriKind.Relative), Token);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.NotNull(FooBarSystem.ServedBy(answer));
    }

    [Fact]
    public async Task Coordinator_Asked_ShowsBothNodesAndItsDecision()
    {
        using var failover = system.App.CreateHttpClient("failover", "http");
        await Eventually.Within(TimeSpan.FromSeconds(30), async ct =>
        {
            var cluster = await failover.GetFromJsonAsync<JsonElement>(new Uri("/cluster", UriKind.Relative), ct);
            Assert.Equal("mysql-1 is primary in epoch 1, mysql-2 in sync.", cluster.GetProperty("decision").GetProperty("reason").GetString());
            Assert.Equal(["primary", "replica"], cluster.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("role").GetString()!));
        });
    }

    [Fact]
    public async Task WebReplica_StoppedOnTheDashboard_LosesNoRequestAndComesBack()
    {
        await system.CommandAsync("web-1", KnownResourceCommands.StopCommand, Token);
        try
        {
            await Eventually.Within(TimeSpan.FromSeconds(10), async ct => await OnlyFromAsync("web-2", ct));
            for (var request = 0; request < 50; request++)
            {
                Assert.Equal((HttpStatusCode.OK, "web-2"), await system.GetAsync("/", Token) is var answer ? (answer.Status, answer.ServedBy) : default);
            }
        }
        finally
        {
            await system.CommandAsync("web-1", KnownResourceCommands.StartCommand, Token);
        }

        await Eventually.Within(TimeSpan.FromSeconds(40), async ct => (await system.GetAsync("/", ct)).ServedBy == "web-1");
    }

    public void Dispose() => limit.Dispose();

    private async Task<bool> OnlyFromAsync(string server, CancellationToken cancellationToken)
    {
        for (var request = 0; request < 8; request++)
        {
            if ((await system.GetAsync("/", cancellationToken)).ServedBy != server)
            {
                return false;
            }
        }

        return true;
    }

    private async Task<string> PostAsync(HttpClient visitor, string title)
    {
        using var answer = await visitor.PostAsJsonAsync(new Uri("/api/posts", UriKind.Relative), new { title, body = "Some text.", author = "A tester" }, Token);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return answer.Headers.Location!.IsAbsoluteUri ? answer.Headers.Location.PathAndQuery : answer.Headers.Location.OriginalString;
    }

    private async Task<MySqlConnection> OpenAsync(string node)
    {
        var connection = new MySqlConnection(await system.App.GetConnectionStringAsync(node, Token));
        await connection.OpenAsync(Token);
        return connection;
    }
}
