using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace FooBar.Web.Features.Errors;

/// <summary>What a reader sees instead of a page.</summary>
[IgnoreAntiforgeryToken] // it also answers for a form whose token was refused
[ResponseCache(NoStore = true)]
internal sealed class ErrorModel : PageModel
{
    public string Title => Response.StatusCode switch
    {
        StatusCodes.Status400BadRequest => "That form had expired",
        StatusCodes.Status404NotFound => "There is no such page",
        StatusCodes.Status503ServiceUnavailable => "Back in a moment",
        >= 500 => "Something went wrong here",
        _ => "That did not work",
    };

    public string Advice => Response.StatusCode switch
    {
        StatusCodes.Status400BadRequest => "Go back, load the page again and send the form once more.",
        StatusCodes.Status404NotFound => "It may have moved, or the address has a slip in it.",
        StatusCodes.Status503ServiceUnavailable => "The database is changing hands. Load the page again in a few seconds.",
        >= 500 => "It is our fault, and it has been noted.",
        _ => "Go back and try it another way.",
    };
}
