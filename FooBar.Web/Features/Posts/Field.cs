namespace FooBar.Web.Features.Posts;

/// <summary>A field of the form: with rows it is a text area.</summary>
internal sealed record Field(string Name, string Label, string? Value, int? Rows = null, string Autocomplete = "off")
{
    public string Id => Name.ToLowerInvariant();
}
