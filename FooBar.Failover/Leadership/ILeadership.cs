namespace FooBar.Failover.Leadership;

/// <summary>
/// Whether this process may observe and act, or another one does. A process leads once at most: when it has lost the lead it ends,
/// and its successor begins with nothing but the journal.
/// </summary>
internal interface ILeadership
{
    /// <summary>Whether it may act at this moment.</summary>
    bool Leads { get; }

    /// <summary>Who else leads, as far as is known.</summary>
    string? Leader { get; }

    /// <summary>Cancelled when the lead is lost, before another one can have it.</summary>
    CancellationToken Lost { get; }

    /// <summary>Waits until this process leads.</summary>
    Task AcquireAsync(CancellationToken cancellationToken);

    /// <summary>Asked before everything that changes something.</summary>
    /// <exception cref="SteppedDownException">It does not lead.</exception>
    void Demand();

    /// <summary>Lets another one lead at once. To be called when nothing of this process acts any more.</summary>
    Task ReleaseAsync();
}
