using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Dashboard;

/// <summary>A resource as the page shows it: neither environment nor parameter values nor any other property.</summary>
/// <param name="Look">Which of the five pictures stands for the state: running, progress, unhealthy, stopped, failed.</param>
/// <param name="Reason">Why the state is what it is, where that is not obvious.</param>
internal sealed record ResourceView(
    string Id, string? Parent, int Order, bool IsHidden, string Type, string? Source, string State, string Look, string? Reason, DateTime? Since,
    IReadOnlyList<LinkView> Links, IReadOnlyList<CommandView> Commands)
{
    private const int Terminated = 143;

    /// <param name="current">The resource.</param>
    /// <param name="order">Its place in the model.</param>
    /// <param name="others">The present snapshot of any other resource, by name.</param>
    /// <param name="lastError">What the resource last said on standard error.</param>
    public static ResourceView Of(ResourceEvent current, int order, Func<string, CustomResourceSnapshot?> others, string? lastError)
    {
        var (resource, snapshot) = (current.Resource, current.Snapshot);
        var (state, look, reason) = StateOf(resource, snapshot, others, lastError);
        var runs = snapshot.State?.Text == KnownResourceStates.Running;
        return new ResourceView(
            current.ResourceId,
            resource.ParentOf()?.Name,
            order,
            snapshot.IsHidden || snapshot.State?.Text == KnownResourceStates.Hidden,
            snapshot.ResourceType,
            SourceOf(resource, snapshot),
            state, look, reason,
            runs ? snapshot.StartTimeStamp : snapshot.StopTimeStamp,
            [.. snapshot.Urls.Where(u => runs && !u.IsInternal && !u.IsInactive).OrderByDescending(u => u.DisplayProperties.SortOrder)
                .Select(u => new LinkView(u.Url, u.DisplayProperties.DisplayName is { Length: > 0 } name ? name : u.Url))],
            [.. snapshot.Commands.Where(c => c.State != ResourceCommandState.Hidden)
                .Select(c => new CommandView(c.Name, c.DisplayName, c.DisplayDescription, c.ConfirmationMessage, c.State == ResourceCommandState.Enabled))]);
    }

    private static (string State, string Look, string? Reason) StateOf(
        IResource resource, CustomResourceSnapshot snapshot, Func<string, CustomResourceSnapshot?> others, string? lastError)
    {
        var state = snapshot.State?.Text ?? KnownResourceStates.NotStarted;
        var exit = snapshot.ExitCode switch
        {
            null or 0 => null,
            134 => "exit code 134, it aborted",
            137 => "exit code 137, it was killed",
            139 => "exit code 139, it crashed",
            Terminated => "SIGTERM",
            var code => $"exit code {code}",
        };
        return state switch
        {
            nameof(KnownResourceStates.Running) => HealthOf(snapshot),
            nameof(KnownResourceStates.Waiting) => ($"Waiting{WaitsFor(resource, others)}", "progress", null),
            nameof(KnownResourceStates.FailedToStart) => ("Failed to start", "failed", lastError ?? exit),
            nameof(KnownResourceStates.RuntimeUnhealthy) => ("Runtime unhealthy", "failed", "the container engine does not answer"),
            nameof(KnownResourceStates.Exited) => (state, exit is null || snapshot.ExitCode == Terminated ? "stopped" : "failed", exit),
            nameof(KnownResourceStates.Finished) => (state, "stopped", exit),
            nameof(KnownResourceStates.NotStarted) => ("Not started", "stopped", null),
            nameof(KnownResourceStates.Active) => (state, "running", null),
            _ => (state, snapshot.State?.Style switch { "success" => "running", "warn" => "unhealthy", "error" => "failed", _ => "progress" }, exit),
        };
    }

    private static (string State, string Look, string? Reason) HealthOf(CustomResourceSnapshot snapshot)
    {
        if (snapshot.HealthReports.Where(r => r.Status is not null and not HealthStatus.Healthy).ToArray() is { Length: > 0 } bad)
        {
            return (bad.Min(r => r.Status!.Value).ToString(), "unhealthy", string.Join("; ", bad.Select(r => r.Description ?? r.ExceptionText?.Split('\n')[0] ?? r.Name)));
        }

        return snapshot.HealthReports.Any(r => r.Status is null) ? ("Running", "progress", "first health check to come") : ("Running", "running", null);
    }

    private static string? WaitsFor(IResource resource, Func<string, CustomResourceSnapshot?> others)
    {
        var pending = resource.Annotations.OfType<WaitAnnotation>()
            .Where(wait => others(wait.Resource.Name) is not { } other || !IsMet(wait.WaitType, other))
            .Select(wait => wait.Resource.Name).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        return pending.Length == 0 ? null : $" for {string.Join(", ", pending)}";
    }

    private static bool IsMet(WaitType type, CustomResourceSnapshot other) => type switch
    {
        WaitType.WaitUntilHealthy => other.HealthStatus == HealthStatus.Healthy,
        WaitType.WaitUntilStarted => other.State?.Text == KnownResourceStates.Running,
        _ => other.State is { } state && KnownResourceStates.TerminalStates.Contains(state.Text),
    };

    private static string? SourceOf(IResource resource, CustomResourceSnapshot snapshot) => resource switch
    {
        _ when resource.TryGetContainerImageName(out var image) => image,
        _ when resource.TryGetLastAnnotation<IProjectMetadata>(out var project) => Path.GetFileNameWithoutExtension(project.ProjectPath),
        ExecutableResource executable => executable.Command,
        _ => snapshot.Properties.FirstOrDefault(p => p.Name == CustomResourceKnownProperties.Source && !p.IsSensitive)?.Value?.ToString(),
    };
}

internal sealed record LinkView(string Url, string Text);

internal sealed record CommandView(string Name, string Text, string? Description, string? Confirmation, bool IsEnabled);
