using FooBar.Data.Idempotency;
using FooBar.Data.Routing;
using FooBar.Web.Idempotency;
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

    [BindProperty(Name = "Key")]
    public FormKey? SentKey { get; set; }

    /// <summary>The key that the form carries: the one that was sent, so that it can be sent again, or a fresh one.</summary>
    public FormKey Key { get => field ??= SentKey ?? FormKey.New(); private set; }

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
            var post = await store.AddAsync(Key.For("posts", Draft), Draft, cancellationToken);
            return RedirectToPage("Read", new { id = post.Id });
        }
        catch (DatabaseUnavailableException)
        {
            // The draft stays in the form: the page is worth more to its author than an error page. So does the key: whatever has
            // become of this attempt, the next one makes one post of it.
            Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            NotSaved = "Your post could not be saved just now. It is still here: send it again in a moment.";
        }
        catch (KeyReusedException)
        {
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            Key = FormKey.New();
            NotSaved = "You have sent this form before, with another text. Send it again if this is to be a post of its own.";
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
