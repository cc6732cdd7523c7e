using FooBar.Failover.Decide;
using FooBar.Failover.Journal;
using Microsoft.Extensions.Options;

namespace FooBar.Failover.Act;

/// <summary>Carries a decision out. Every action may be repeated, and may have been cut off anywhere before.</summary>
internal sealed class Actor(
    BootstrapAction bootstrap, FenceAction fence, AttachAction attach, SemiSyncAction semiSync, PromoteAction promote, SwitchoverAction switchover,
    CloneAction clone, Acknowledgements acknowledgements, IJournal journal, IOptions<FailoverOptions> options)
{
    /// <exception cref="ActionException">The action did not come to its end; what to expect next is in the message.</exception>
    public Task ActAsync(Decision decision, CancellationToken cancellationToken) => decision switch
    {
        Bootstrap step => bootstrap.RunAsync(step, cancellationToken),
        Fence step => fence.FenceAsync(step.Node, step.Replicates, cancellationToken),
        Unfence step => fence.UnfenceAsync(step.Primary, step.Acknowledgements, journal.Current.Epoch, cancellationToken),
        Attach step => attach.RunAsync(step, cancellationToken),
        Degrade step => semiSync.DegradeAsync(step, cancellationToken),
        Exclude step => acknowledgements.ExcludeAsync(step.Primary, step.Replica, step.Reason, cancellationToken),
        Widen step => journal.WriteAsync(journal.Current with { Unsettled = [.. options.Value.Nodes.Where(node => node != journal.Current.Primary)] }, step.Reason, cancellationToken),
        Synchronize step => semiSync.SynchronizeAsync(step, cancellationToken),
        Promote step => promote.RunAsync(step, cancellationToken),
        Switchover step => switchover.RunAsync(step, cancellationToken),
        AbandonSwitchover step => switchover.AbandonAsync(step.Primary, step.Reason, cancellationToken),
        Clone step => clone.RunAsync(step, cancellationToken),
        SetPaused step => journal.WriteAsync(journal.Current with { Paused = step.Paused }, step.Reason, cancellationToken),
        _ => Task.CompletedTask,
    };
}
