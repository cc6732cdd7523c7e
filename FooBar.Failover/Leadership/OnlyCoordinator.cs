namespace FooBar.Failover.Leadership;

/// <summary>Where the journal is a file: whoever has it open is the only coordinator, so nobody else has to be asked.</summary>
internal sealed class OnlyCoordinator : ILeadership
{
    public bool Leads => true;

    public string? Leader => null;

    public CancellationToken Lost => CancellationToken.None;

    public Task AcquireAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Demand()
    {
    }

    public Task ReleaseAsync() => Task.CompletedTask;
}
