using Aspire.Hosting.ApplicationModel;

namespace FooBar.AppHost.Publishing.Model;

/// <summary>The value of a variable or an argument: text, with holes for what only the target of publishing knows.</summary>
internal sealed record PublishedValue(IReadOnlyList<PublishedValue.Part> Parts)
{
    public abstract record Part;

    /// <summary>Text that is the same everywhere.</summary>
    public sealed record Text(string Value) : Part;

    /// <summary>The value of a secret parameter, which publishing never sees.</summary>
    public sealed record Secret(string Parameter) : Part;

    /// <summary>The name under which others reach a resource.</summary>
    public sealed record Host(IResource Resource) : Part;

    public IEnumerable<string> Secrets => Parts.OfType<Secret>().Select(secret => secret.Parameter);

    public string Render(Func<Part, string> part) => string.Concat(Parts.Select(part));
}
