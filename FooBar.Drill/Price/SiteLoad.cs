using System.Net.Http.Json;
using FooBar.Drill.Stack;

namespace FooBar.Drill.Price;

/// <summary>Users of the API, through the gateway: each makes a post, changes it, makes another one.</summary>
public sealed class SiteLoad(ChaosSystem system, int writers) : WriteLoad
{
    private readonly HttpClient[] users = [.. Enumerable.Range(0, writers).Select(_ => system.Visitor())];
    private readonly Uri?[] posts = new Uri?[writers];

    public override string Name => "the site's API, through the gateway";

    public override ValueTask DisposeAsync()
    {
        Array.ForEach(users, user => user.Dispose());
        return ValueTask.CompletedTask;
    }

    protected override async Task WriteAsync(int writer, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(posts[writer] is null ? HttpMethod.Post : HttpMethod.Put, posts[writer] ?? new Uri("/api/posts", UriKind.Relative));
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        request.Content = JsonContent.Create(new { title = "The price of a write", body = "What it costs to have it twice.", author = $"writer-{writer}" });
        using var answer = await users[writer].SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
        posts[writer] = answer.Headers.Location;
    }
}
