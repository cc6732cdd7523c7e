using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FooBar.Data.Migrations;

/// <summary>Whether the schema is what this program needs; its requests need not be sent before that.</summary>
public sealed class SchemaReadiness : IHealthCheck
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string _reason = "the migrations have not begun";

    internal SchemaReadiness()
    {
    }

    /// <summary>Completes when every migration is applied.</summary>
    public Task Ready => _ready.Task;

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Ready.IsCompleted
            ? HealthCheckResult.Healthy("The schema is up to date.")
            : HealthCheckResult.Unhealthy($"The schema is not ready: {_reason}"));

    internal void WaitsBecause(string reason) => _reason = reason;

    internal void IsReady() => _ready.TrySetResult();
}
