using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.Model;

namespace FooBar.Gateway.Resilience;

/// <summary>
/// Lets those go who wait for a replica that has fallen silent or is degraded, so that they can ask another one: a frozen machine keeps
/// connections open and answers nothing, and one that does not reach the primary holds writes.
/// </summary>
internal sealed class Dismissals
{
    private readonly ConditionalWeakTable<DestinationState, CancellationTokenSource> _waiting = [];

    /// <summary>Cancelled at the next <see cref="Dismiss"/> of that replica.</summary>
    public CancellationToken Of(DestinationState replica) => _waiting.GetOrCreateValue(replica).Token;

    public void Dismiss(DestinationState replica)
    {
        if (_waiting.TryGetValue(replica, out var waiting))
        {
            _waiting.Remove(replica); // who comes now waits for the next time; it is not disposed of, for somebody may just ask for its token
            waiting.Cancel();
        }
    }
}
