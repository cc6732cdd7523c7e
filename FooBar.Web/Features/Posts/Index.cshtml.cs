using FooBar.Data.Routing;
using Microsoft.AspNetCore.Mvc;

namespace FooBar.Web.Features.Posts;

/// <summary>The front page: the newest posts, and the form that adds one.</summary>
internal sealed class IndexModel(PostStore store) : PostForm
{
    private const int PageSize = 10;

    [BindProperty(SupportsGet = true)]
    public Guid? Before { get; set; }

    public IReadOnlyList<Post> Posts { get; private set; } = [];

    public Guid? Older { get; private set; }

    public Task OnGetAsync(CancellationToken cancellationToken) => ListAsync(cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (!ModelState.IsValid)
        {
            Response.StatusCode = StatusCodes.Status400BadRequest;
            await ListAsync(cancellationToken);
            return Page();
        }

        var saved = await SaveAsync(
            async () => RedirectToPage("Read", new { id = (await store.AddAsync(Key.For("posts", Draft), Draft, cancellationToken)).Id }),
            "Your post could not be saved just now. It is still here: send it again in a moment.",
            "You have sent this form before, with another text. Send it again if this is to be a post of its own.");
        if (saved is not null)
        {
            return saved;
        }

        try
        {
            await ListAsync(cancellationToken);
        }
        catch (DatabaseUnavailableException)
        {
            // Then the form alone.
        }

        return Page();
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        var found = await store.ListAsync(Before, PageSize + 1, cancellationToken);
        Posts = [.. found.Take(PageSize)];
        Older = found.Count > PageSize ? Posts[^1].Id : null;
    }
}
