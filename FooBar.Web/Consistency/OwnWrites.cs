using FooBar.Data.Consistency;
using FooBar.Data.Routing;

namespace FooBar.Web.Consistency;

/// <summary>What the sender of this request has written, as far as it still matters which copy is read.</summary>
internal sealed class OwnWrites(ConsistencyTokens tokens)
{
    private string? _token;
    private WritePosition? _latest;

    /// <summary>The copy that a read on behalf of the sender accepts.</summary>
    public ReadFrom Copy => ReadFrom.ReplicaWith(Latest);

    /// <summary>The write that this very request has made.</summary>
    public WritePosition? Made { get; private set; }

    private WritePosition? Latest
    {
        get
        {
            if (_token is { } token)
            {
                (_token, _latest) = (null, tokens.Read(token));
            }

            return _latest;
        }
    }

    /// <summary>Takes note of a write of this request; later reads see it.</summary>
    public void Add(WritePosition? position)
    {
        if (position is not null)
        {
            (_token, _latest, Made) = (null, position, position);
        }
    }

    /// <summary>What the request brought. It is read when somebody asks for it: most requests read nothing.</summary>
    internal void Bring(string? token) => _token = token;
}
