using FooBar.Failover.Decide;
using FooBar.Failover.Journal;

namespace FooBar.Failover.Act;

/// <summary>Carries a decision out. Every action may be repeated, and may have been cut off anywhere before.</summary>
internal sealed class Actor(BootstrapAction bootstrap, FenceAction fence, AttachAction attach, SemiSyncAction semiSync, IJournal journal)
{
    /// <exception cref="ActionException">The action did not come to its end; what to expect next is in the message.</exception>
    public Task ActAsync(Decision decision, CancellationToken cancellationToken) => decision switch
    {
        Bootstrap step => bootstrap.RunAsync(step, cancellationToken),
        Fence step => fence.FenceAsync(step.Node, cancellationToken),
        Unfence step => fence.UnfenceAsync(step.Primary, step.Acknowledgements, journal.Current.Epoch, cancellationToken),
        Attach step => attach.RunAsync(step, cancellationToken),
        Degrade step => semiSync.DegradeAsync(step, cancellationToken),
        Synchronize step => semiSync.SynchronizeAsync(step, cancellationToken),
        _ => Task.CompletedTask,
    };
}
