namespace FooBar.Failover.Decide;

/// <summary>What is to be done next, and why in one English sentence that the log, the API and the tests share.</summary>
public abstract record Decision(string Reason)
{
    /// <summary>The decision's name in the log and in the API.</summary>
    public string Kind => GetType().Name;
}

/// <summary>All is as it should be.</summary>
public sealed record Steady(string Reason) : Decision(Reason);

/// <summary>Something is wrong or not ready, and doing nothing is the safe thing to do.</summary>
public sealed record Hold(string Reason) : Decision(Reason);

/// <summary>Prepare the first primary of a new cluster.</summary>
public sealed record Bootstrap(string Primary, string Reason) : Decision(Reason);

/// <summary>Let the journal's primary take writes, waiting for <paramref name="Acknowledgements"/> replicas.</summary>
public sealed record Unfence(string Primary, int Acknowledgements, string Reason) : Decision(Reason);

/// <summary>Stop a node that takes writes and must not.</summary>
/// <param name="Node">The node.</param>
/// <param name="Replicates">Whether it replicates from the primary all the same, and goes on serving reads.</param>
public sealed record Fence(string Node, bool Replicates, string Reason) : Decision(Reason);

/// <summary>Make a node replicate from the primary.</summary>
public sealed record Attach(string Replica, string Primary, string Reason) : Decision(Reason);

/// <summary>Let writes go on without waiting for any replica; none can be promoted from then on.</summary>
public sealed record Degrade(string Primary, string Reason) : Decision(Reason);

/// <summary>Of several replicas, count one's acknowledgements no more; the others hold everything that it alone may have acknowledged.</summary>
public sealed record Exclude(string Primary, string Replica, string Reason) : Decision(Reason);

/// <summary>Note in the journal that there are several replicas now, none of which is known to acknowledge only when it is to.</summary>
public sealed record Widen(string Reason) : Decision(Reason);

/// <summary>Make the primary wait for a replica that has caught up.</summary>
public sealed record Synchronize(string Primary, string Replica, string Reason) : Decision(Reason);

/// <summary>Make a replica that holds every acknowledged write the primary of an epoch; also goes on with one that was begun.</summary>
/// <param name="Replica">The new primary.</param>
/// <param name="Former">Who was primary before; nobody asks it, and it may take writes no more.</param>
/// <param name="Epoch">The epoch that begins.</param>
/// <param name="AcceptsLoss">Whether acknowledged writes may be given up that are only on nodes that do not answer.</param>
public sealed record Promote(string Replica, string? Former, long Epoch, bool AcceptsLoss, string Reason) : Decision(Reason);

/// <summary>Hand the role of primary over while both nodes are well.</summary>
/// <param name="Primary">Who is primary.</param>
/// <param name="Replica">Who takes over.</param>
/// <param name="Leaving">Whether the primary is being stopped, so that clients must not be let in again whatever happens.</param>
public sealed record Switchover(string Primary, string Replica, bool Leaving, string Reason) : Decision(Reason)
{
    /// <summary>Whether nobody asked for it, but the site reaches the replica only; the journal remembers when.</summary>
    public bool FollowsSite { get; init; }
}

/// <summary>Give up a switchover that cannot be ended; the primary goes on, unless it is being stopped.</summary>
public sealed record AbandonSwitchover(string Primary, string Reason) : Decision(Reason);

/// <summary>Replace the data of a node by a copy of the primary's: replication can bring it no more to the same state.</summary>
/// <param name="Replica">The node.</param>
/// <param name="Primary">Where the copy comes from.</param>
/// <param name="Errant">The transactions that only this node has, never acknowledged or given up by an operator; usually none.</param>
public sealed record Clone(string Replica, string Primary, string Errant, string Reason) : Decision(Reason);

/// <summary>Note in the journal whether automatic failover is paused.</summary>
public sealed record SetPaused(bool Paused, string Reason) : Decision(Reason);
