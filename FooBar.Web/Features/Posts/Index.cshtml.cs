using FooBar.Data.Routing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace FooBar.Web.Features.Posts;

/// <summary>The front page: the newest posts, and the form that adds one.</summary>
internal sealed class IndexModel(PostStore store) : PageModel
{
    private const int PageSize = 10;

    [BindProperty(SupportsGet = true)]
    public Guid? Before { get; set; }

    [BindProperty]
    public NewPost Draft { get; set; } = new();

    public IReadOnlyList<Post> Posts { get; private set; } = [];

    public Guid? Older { get; private set; }

    /// <summary>Why the draft is not saved although nothing is wrong with it.</summary>
    public string? NotSaved { get; private set; }

    public Task OnGetAsync(CancellationToken cancellationToken) => ListAsync(cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (!ModelState.IsValid)
        {
            Response.StatusCode = StatusCodes.Status400BadRequest;
            await ListAsync(cancellationToken);
            return Page();
        }

        try
        {
            var post = await store.AddAsync(Draft, cancellationToken);
            return RedirectToPage("Read", new { id = post.Id });
        }
        catch (DatabaseUnavailableException e)
        {
            // The draft stays in the form: the page is worth more to its author than an error page.
            Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            NotSaved = e is OutcomeUnknownException
                ? "The connection broke before your post was confirmed. Look below whether it is there before you send it again."
                : "Your post could not be saved just now. It is still here: send it again in a moment.";
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
