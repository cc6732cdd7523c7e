using FooBar.Data.Routing;

namespace FooBar.Web.Features.Posts;

/// <summary>Which copy of the database this request has read last, for the footer.</summary>
public sealed class CopyRead
{
    public string? Node { get; private set; }

    public string? Role { get; private set; }

    internal void Is(Session session) => (Node, Role) = (session.Node, session.Role);
}
