using Microsoft.AspNetCore.Mvc;

namespace FooBar.Web.Features.Posts;

/// <summary>The form that changes a post.</summary>
internal sealed class EditModel(PostStore store) : PostForm
{
    [BindProperty(SupportsGet = true)]
    public Guid Id { get; set; }

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

        return await SaveAsync(
            async () => await store.ChangeAsync(Key.For($"post {Id}", Draft), Id, Draft, cancellationToken) is not null
                ? RedirectToPage("Read", new { id = Id })
                : NotFound(),
            "Your change could not be saved just now. It is still here: send it again in a moment.",
            "You have sent this form before, with another text. Send it again if this is to replace it.") ?? Page();
    }
}
