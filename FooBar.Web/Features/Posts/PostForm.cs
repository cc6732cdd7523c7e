using FooBar.Data.Idempotency;
using FooBar.Data.Routing;
using FooBar.Web.Features.Errors;
using FooBar.Web.Idempotency;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace FooBar.Web.Features.Posts;

/// <summary>A page with the form of a post, which may be sent again whatever has become of it.</summary>
internal abstract class PostForm : PageModel
{
    private const string Uncertain = "It is not certain that this was saved. It is still here: send it again in a moment, and it is there once.";

    [BindProperty]
    public NewPost Draft { get; set; } = new();

    [BindProperty(Name = "Key")]
    public FormKey? SentKey { get; set; }

    /// <summary>The key that the form carries: the one that was sent, so that it can be sent again, or a fresh one.</summary>
    public FormKey Key { get => field ??= SentKey ?? FormKey.New(); private set; }

    /// <summary>Why the draft is not saved although nothing is wrong with it.</summary>
    public string? NotSaved { get; private set; }

    /// <param name="save">Saves the draft and says where the browser goes then.</param>
    /// <param name="whenUnavailable">What the page says when the database takes nothing.</param>
    /// <param name="whenReused">What the page says when the form was sent before with another text.</param>
    /// <returns>Null when nothing is saved: the page is to be shown again, with the draft and <see cref="NotSaved"/>.</returns>
    protected async Task<IActionResult?> SaveAsync(Func<Task<IActionResult>> save, string whenUnavailable, string whenReused)
    {
        try
        {
            return await save();
        }
        catch (DatabaseUnavailableException failure)
        {
            UnavailableLog.Write(HttpContext, failure);

            // The draft stays in the form: the page is worth more to its author than an error page. So does the key: whatever has
            // become of this attempt, the next one makes one write of it.
            Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            NotSaved = failure is OutcomeUnknownException ? Uncertain : whenUnavailable;
        }
        catch (KeyReusedException)
        {
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            Key = FormKey.New();
            NotSaved = whenReused;
        }

        return null;
    }
}
