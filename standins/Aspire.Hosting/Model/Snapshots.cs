using System.Collections.Immutable;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

public static class KnownResourceStates
{
    public static readonly string Hidden = nameof(Hidden);
    public static readonly string Starting = nameof(Starting);
    public static readonly string Running = nameof(Running);
    public static readonly string FailedToStart = nameof(FailedToStart);
    public static readonly string RuntimeUnhealthy = nameof(RuntimeUnhealthy);
    public static readonly string Stopping = nameof(Stopping);
    public static readonly string Exited = nameof(Exited);
    public static readonly string Finished = nameof(Finished);
    public static readonly string Waiting = nameof(Waiting);
    public static readonly string NotStarted = nameof(NotStarted);
    public static readonly string Building = nameof(Building);
    public static readonly string Active = nameof(Active);

    public static readonly IReadOnlyList<string> TerminalStates = [Finished, FailedToStart, Exited, RuntimeUnhealthy];
}

public static class KnownResourceStateStyles
{
    public static readonly string Success = "success";
    public static readonly string Info = "info";
    public static readonly string Warn = "warn";
    public static readonly string Error = "error";
}

public sealed record ResourceStateSnapshot(string Text, string? Style)
{
    public static implicit operator ResourceStateSnapshot?(string? s) => s is null ? null : new(s, null);
}

public static class CustomResourceKnownProperties
{
    public static string Source => "resource.source";

    public static string ConnectionString => "resource.connectionString";
}

public sealed record ResourcePropertySnapshot(string Name, object? Value)
{
    public bool IsSensitive { get; init; }
}

public sealed record UrlSnapshot(string? Name, string Url, bool IsInternal)
{
    public bool IsInactive { get; init; }
    public UrlDisplayPropertiesSnapshot DisplayProperties { get; init; } = new();
}

public sealed record UrlDisplayPropertiesSnapshot(string DisplayName = "", int SortOrder = 0);

public sealed record RelationshipSnapshot(string ResourceName, string Type);

public sealed record HealthReportSnapshot(string Name, HealthStatus? Status, string? Description, string? ExceptionText);

public sealed record ResourceCommandSnapshot(string Name, ResourceCommandState State, string DisplayName, string? DisplayDescription,
    object? Parameter, string? ConfirmationMessage, string? IconName, IconVariant? IconVariant, bool IsHighlighted);

/// <summary>What is known of a resource at one moment. Every change is a new snapshot.</summary>
public sealed record CustomResourceSnapshot
{
    public required string ResourceType { get; init; }
    public required ImmutableArray<ResourcePropertySnapshot> Properties { get; init; }
    public ResourceStateSnapshot? State { get; init; }
    public int? ExitCode { get; init; }
    public DateTime? CreationTimeStamp { get; init; }
    public DateTime? StartTimeStamp { get; init; }
    public DateTime? StopTimeStamp { get; init; }
    public bool IsHidden { get; init; }
    public ImmutableArray<UrlSnapshot> Urls { get; init; } = [];
    public ImmutableArray<RelationshipSnapshot> Relationships { get; init; } = [];
    public ImmutableArray<ResourceCommandSnapshot> Commands { get; init; } = [];
    public ImmutableArray<HealthReportSnapshot> HealthReports { get; internal init; } = [];

    /// <summary>The worst of the reports; none while the resource does not run, healthy when there is nothing to check.</summary>
    public HealthStatus? HealthStatus => State?.Text != KnownResourceStates.Running ? null
        : HealthReports.IsEmpty ? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy
        : HealthReports.Min(r => r.Status ?? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Unhealthy);

    /// <summary>Completes when every handler of <see cref="ResourceReadyEvent"/> has, and faults as they do.</summary>
    internal Task? ReadyHandlers { get; init; }
}

public class ResourceEvent(IResource resource, string resourceId, CustomResourceSnapshot snapshot)
{
    public IResource Resource { get; } = resource;
    public string ResourceId { get; } = resourceId;
    public CustomResourceSnapshot Snapshot { get; } = snapshot;
}
