using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Publishing;
using Xunit;

namespace FooBar.Tests.EndToEnd;

/// <summary>The published images as containers on separate networks, used as a visitor does.</summary>
[Collection(SharePublishedImages.Name)]
public sealed class ComposeTests(PublishedImages images) : IAsyncLifetime
{
    private readonly ComposeSystem system = new(images.Tag);
    private readonly CancellationTokenSource limit = new(TimeSpan.FromMinutes(3));

    private CancellationToken Token => limit.Token;

    public Task InitializeAsync() => system.InitializeAsync();

    public async Task DisposeAsync()
    {
        limit.Dispose();
        await system.DisposeAsync();
    }

    [Fact]
    public async Task Compose_Started_ServesTheSiteFromBothReplicasAndKeepsItsNetworksApart()
    {
        using var visitor = system.Visitor();

        var created = await visitor.PostAsJsonAsync("/api/posts", new { title = "Through compose", body = "Written in a container.", author = "A visitor" }, Token);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);

        var servers = new HashSet<string>();
        await Eventually.Within(TimeSpan.FromSeconds(30), async ct =>
        {
            using var answer = await visitor.GetAsync(created.Headers.Location, ct);
            Assert.Equal("Through compose", (await answer.Content.ReadFromJsonAsync<JsonElement>(ct)).GetProperty("title").GetString());
            servers.Add(answer.Headers.GetValues("X-Served-By").Single());
            Assert.Equal(["web-1", "web-2"], servers.Order());
        });

        // Nobody but the site and the coordinator reaches the database, and nothing but the gateway is open to the outside.
        var networks = await system.ComposeAsync("config");
        Assert.Contains("internal: true", networks, StringComparison.Ordinal);
        var gatewayReaches = await system.ComposeAsync("exec", "-T", "mysql-0", "bash", "-c", "getent hosts gateway web || echo nobody");
        Assert.Contains("nobody", gatewayReaches, StringComparison.Ordinal);
        var replicates = await system.ComposeAsync("exec", "-T", "mysql-1", "bash", "-c",
            "MYSQL_PWD=$MYSQL_ROOT_PASSWORD mysql --no-defaults --socket=/var/run/mysqld/mysqld.sock --user=root --skip-column-names "
            + "--execute=\"SELECT HOST, SSL_VERIFY_SERVER_CERTIFICATE FROM performance_schema.replication_connection_configuration\"");
        Assert.Equal("mysql-0 YES", string.Join(' ', replicates.Split((char[])['\t', '\n', '\r', ' '], StringSplitOptions.RemoveEmptyEntries)));
    }
}
