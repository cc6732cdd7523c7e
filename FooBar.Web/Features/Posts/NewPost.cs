using System.ComponentModel.DataAnnotations;

namespace FooBar.Web.Features.Posts;

/// <summary>A post as its author sends it, by form or by API.</summary>
public sealed class NewPost
{
    [Required(ErrorMessage = "A post needs a title.")]
    [StringLength(120, ErrorMessage = "A title has at most {1} characters.")]
    public string? Title { get; set => field = Tidy(value); }

    [Required(ErrorMessage = "Write something.")]
    [StringLength(4000, ErrorMessage = "A post has at most {1} characters.")]
    public string? Body { get; set => field = Tidy(value); }

    [Required(ErrorMessage = "Say who you are.")]
    [StringLength(60, ErrorMessage = "A name has at most {1} characters.")]
    public string? Author { get; set => field = Tidy(value); }

    /// <summary>What is wrong, by the names that the API uses; empty if nothing is.</summary>
    public Dictionary<string, string[]> Mistakes()
    {
        var found = new List<ValidationResult>();
        Validator.TryValidateObject(this, new ValidationContext(this), found, validateAllProperties: true);
        return found
            .SelectMany(result => result.MemberNames, (result, member) => (Member: member, Message: result.ErrorMessage ?? "is not valid"))
            .GroupBy(mistake => mistake.Member, mistake => mistake.Message)
            .ToDictionary(member => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(member.Key), member => member.ToArray());
    }

    // A form sends line ends as CR LF, which would count twice.
    private static string? Tidy(string? text) => text?.ReplaceLineEndings("\n").Trim();
}
