using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace FooBar.Web.Features.Posts;

/// <summary>One post.</summary>
internal sealed class ReadModel(PostStore store) : PageModel
{
    public Post Post { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { } post)
        {
            return NotFound();
        }

        Post = post;
        return Page();
    }
}
