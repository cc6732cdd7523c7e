using FooBar.Data.Idempotency;
using FooBar.Data.Routing;
using FooBar.Web.Idempotency;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace FooBar.Web.Features.Posts;

/// <summary>The form that changes a post.</summary>
internal sealed class EditModel(PostStore store) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public Guid Id { get; set; }

    [BindProperty]
    public NewPost Draft { get; set; } = new();

    [BindProperty(Name = "Key")]
    public FormKey? SentKey { get; set; }

    /// <summary>The key that the form carries: the one that was sent, so that it can be sent again, or a fresh one.</summary>
    public FormKey Key { get => field ??= SentKey ?? FormKey.New(); private set; }

    /// <summary>Why the change is not saved although nothing is wrong with it.</summary>
    public string? NotSaved { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (await store.FindAsync(Id, cancellationToken) is not { } post)
        {
            return NotFound();
        }

        Draft = new NewPost { Title = post.Title, Body = post.Body, Author = post.Author };
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (!ModelState.IsValid)
        {
            Response.StatusCode = StatusCodes.Status400BadRequest;
            return Page();
        }

        try
        {
            return await store.ChangeAsync(Key.For($"post {Id}", Draft), Id, Draft, cancellationToken) is not null
                ? RedirectToPage("Read", new { id = Id })
                : NotFound();
        }
        catch (DatabaseUnavailableException)
        {
            // The key stays as well: whatever has become of this attempt, the next one makes one change of it.
            Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            NotSaved = "Your change could not be saved just now. It is still here: send it again in a moment.";
        }
        catch (KeyReusedException)
        {
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            Key = FormKey.New();
            NotSaved = "You have sent this form before, with another text. Send it again if this is to replace it.";
        }

        return Page();
    }
}
