using System.Diagnostics.CodeAnalysis;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Pipelines;

/// <summary>Something that publishing does, once and in its turn.</summary>
[Experimental("ASPIREPIPELINES001", UrlFormat = "https://aka.ms/aspire/diagnostics/{0}")]
public class PipelineStep
{
    public required string Name { get; init; }
    public string? Description { get; init; }
    public required Func<PipelineStepContext, Task> Action { get; init; }
    public List<string> DependsOnSteps { get; init; } = [];
    public List<string> RequiredBySteps { get; init; } = [];

    public void DependsOn(string stepName) => DependsOnSteps.Add(stepName);

    public void RequiredBy(string stepName) => RequiredBySteps.Add(stepName);
}

[Experimental("ASPIREPIPELINES001", UrlFormat = "https://aka.ms/aspire/diagnostics/{0}")]
public static class WellKnownPipelineSteps
{
    public const string Publish = "publish";
}

[Experimental("ASPIREPIPELINES001", UrlFormat = "https://aka.ms/aspire/diagnostics/{0}")]
public sealed class PipelineContext(DistributedApplicationModel model, DistributedApplicationExecutionContext executionContext,
    IServiceProvider serviceProvider, ILogger logger, CancellationToken cancellationToken)
{
    public DistributedApplicationModel Model { get; } = model;
    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;
    public IServiceProvider Services { get; } = serviceProvider;
    public ILogger Logger { get; } = logger;
    public CancellationToken CancellationToken { get; set; } = cancellationToken;
}

[Experimental("ASPIREPIPELINES001", UrlFormat = "https://aka.ms/aspire/diagnostics/{0}")]
public sealed class PipelineStepContext
{
    public required PipelineContext PipelineContext { get; init; }

    public DistributedApplicationModel Model => PipelineContext.Model;

    public DistributedApplicationExecutionContext ExecutionContext => PipelineContext.ExecutionContext;

    public IServiceProvider Services => PipelineContext.Services;

    public ILogger Logger => PipelineContext.Logger;

    public CancellationToken CancellationToken => PipelineContext.CancellationToken;
}
