using FooBar.Web.Idempotency;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FooBar.Web.Features.Posts;

/// <summary>The API, <c>/api/posts</c>.</summary>
internal static class PostEndpoints
{
    private const int DefaultLimit = 20, MaxLimit = 100;

    public static void MapPosts(this IEndpointRouteBuilder app)
    {
        var posts = app.MapGroup("/api/posts").WithTags("Posts")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        posts.MapGet("/", ListAsync).WithName("ListPosts").WithSummary("The newest posts, a page at a time");
        posts.MapGet("/{id:guid}", FindAsync).WithName("GetPost").WithSummary("One post")
            .ProducesProblem(StatusCodes.Status404NotFound);
        posts.MapPost("/", AddAsync).WithName("AddPost").WithSummary("Adds a post");
        posts.MapPut("/{id:guid}", ChangeAsync).WithName("ChangePost").WithSummary("Replaces what a post says")
            .ProducesProblem(StatusCodes.Status404NotFound);
        posts.MapDelete("/{id:guid}", DeleteAsync).WithName("DeletePost").WithSummary("Deletes a post")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<Ok<PostList>, ValidationProblem>> ListAsync(
        PostStore posts, CancellationToken cancellationToken, Guid? before = null, int limit = DefaultLimit)
    {
        if (limit is < 1 or > MaxLimit)
        {
            return TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["limit"] = [$"is a number from 1 to {MaxLimit}."] });
        }

        // One more than asked for tells whether there is a next page.
        var found = await posts.ListAsync(before, limit + 1, cancellationToken);
        var items = found.Take(limit).ToList();
        var next = found.Count > limit ? $"/api/posts?before={items[^1].Id}&limit={limit}" : null;
        return TypedResults.Ok(new PostList(items, next));
    }

    private static async Task<Results<Ok<Post>, ProblemHttpResult>> FindAsync(
        Guid id, PostStore posts, CancellationToken cancellationToken) =>
        await posts.FindAsync(id, cancellationToken) is { } post
            ? TypedResults.Ok(post)
            : NotFound(id);

    private static async Task<Results<CreatedAtRoute<Post>, ValidationProblem>> AddAsync(
        RequestKey key, NewPost draft, PostStore posts, CancellationToken cancellationToken)
    {
        if (draft.Mistakes() is { Count: > 0 } mistakes)
        {
            return TypedResults.ValidationProblem(mistakes);
        }

        var post = await posts.AddAsync(key.Value, draft, cancellationToken);
        return TypedResults.CreatedAtRoute(post, "GetPost", new { id = post.Id });
    }

    private static async Task<Results<Ok<Post>, ValidationProblem, ProblemHttpResult>> ChangeAsync(
        Guid id, RequestKey key, NewPost draft, PostStore posts, CancellationToken cancellationToken)
    {
        if (draft.Mistakes() is { Count: > 0 } mistakes)
        {
            return TypedResults.ValidationProblem(mistakes);
        }

        return await posts.ChangeAsync(key.Value, id, draft, cancellationToken) is { } post ? TypedResults.Ok(post) : NotFound(id);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid id, RequestKey key, PostStore posts, CancellationToken cancellationToken) =>
        await posts.DeleteAsync(key.Value, id, cancellationToken) ? TypedResults.NoContent() : NotFound(id);

    private static ProblemHttpResult NotFound(Guid id) =>
        TypedResults.Problem($"There is no post {id}.", statusCode: StatusCodes.Status404NotFound);
}

/// <summary>A page of posts.</summary>
/// <param name="Items">The posts, newest first.</param>
/// <param name="Next">Where the page after this one is; null after the last.</param>
public sealed record PostList(IReadOnlyList<Post> Items, string? Next);
