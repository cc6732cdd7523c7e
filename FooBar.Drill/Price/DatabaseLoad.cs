using FooBar.Data;
using FooBar.Data.Idempotency;
using FooBar.Data.Routing;
using FooBar.Data.Topology;
using FooBar.Drill.Stack;
using FooBar.Web.Features.Posts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FooBar.Drill.Price;

/// <summary>Keyed writes straight to the primary: the very transaction that the site makes of a new post, without the site.</summary>
public sealed class DatabaseLoad : WriteLoad
{
    private readonly IHost host;
    private readonly Database database;

    private DatabaseLoad(IHost host) => (this.host, database) = (host, host.Services.GetRequiredService<Database>());

    public override string Name => "the database alone";

    public static async Task<DatabaseLoad> StartAsync(string connectionString)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("ConnectionStrings:foobar", (string?)connectionString)]);
        builder.AddDatabase("foobar");
        var load = new DatabaseLoad(builder.Build());
        await load.host.StartAsync();
        await Eventually.Within(
            TimeSpan.FromSeconds(10), _ => Task.FromResult(load.database.Topology.Nodes.Any(node => node.Role == NodeRole.Primary)));
        return load;
    }

    public override async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }

    protected override Task WriteAsync(int writer, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow();
        var post = new Post(Post.NewId(now), "The price of a write", "What it costs to have it twice.", $"writer-{writer}", now);
        return database.WriteAsync(
            IdempotencyKey.New(),
            async session =>
            {
                await session.ExecuteAsync(
                    $"""
                    INSERT INTO posts (id, title, body, author, created_at)
                    VALUES ({post.Id.ToByteArray(bigEndian: true)}, {post.Title}, {post.Body}, {post.Author}, {post.CreatedAt.UtcDateTime})
                    """, cancellationToken);
                return post;
            },
            cancellationToken);
    }
}
