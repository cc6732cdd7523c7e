using FooBar.Data.Routing;

namespace FooBar.Web.Consistency;

/// <summary>Which copy of the database this request has read last, for the footer.</summary>
public sealed class CopyRead
{
    public string? Node { get; private set; }

    public string? Role { get; private set; }

    /// <summary>Whether anything that was read is older than what its reader has written.</summary>
    public bool IsBehind { get; private set; }

    internal void Is(ReadSession session) => (Node, Role, IsBehind) = (session.Node, session.Role, IsBehind || session.IsBehind);
}
