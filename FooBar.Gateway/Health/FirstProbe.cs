namespace FooBar.Gateway.Health;

/// <summary>
/// Holds the start back until the replicas have been probed once, so that no early request goes to one that is down. Bounded
/// by the probe's own time limit: with nobody healthy the gateway starts as well, and says so to whoever asks.
/// </summary>
internal sealed class FirstProbe(TimeProvider time) : IHostedLifecycleService
{
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsCompleted => _completed.Task.IsCompleted;

    public void Completed() => _completed.TrySetResult();

    public async Task StartingAsync(CancellationToken cancellationToken) => await _completed.Task
        .WaitAsync(2 * ReplicaHealth.ProbeTimeout, time, cancellationToken)
        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
