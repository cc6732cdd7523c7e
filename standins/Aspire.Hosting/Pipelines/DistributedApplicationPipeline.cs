using System.Diagnostics.CodeAnalysis;

namespace Aspire.Hosting.Pipelines;

[Experimental("ASPIREPIPELINES001", UrlFormat = "https://aka.ms/aspire/diagnostics/{0}")]
public interface IDistributedApplicationPipeline
{
    void AddStep(PipelineStep step);

    Task ExecuteAsync(PipelineContext context);
}

/// <summary>Runs the step that was asked for, after all that it depends on and all that is required by it.</summary>
internal sealed class DistributedApplicationPipeline(Func<string> asked) : IDistributedApplicationPipeline
{
    private readonly List<PipelineStep> _steps = [new() { Name = WellKnownPipelineSteps.Publish, Action = _ => Task.CompletedTask }];

    public void AddStep(PipelineStep step)
    {
        if (_steps.Exists(s => s.Name == step.Name))
        {
            throw new InvalidOperationException($"A step with the name '{step.Name}' has already been added to the pipeline.");
        }

        _steps.Add(step);
    }

    public async Task ExecuteAsync(PipelineContext context)
    {
        foreach (var step in InOrder(Find(asked()), []))
        {
            await step.Action(new PipelineStepContext { PipelineContext = context });
        }
    }

    private List<PipelineStep> InOrder(PipelineStep step, List<PipelineStep> before)
    {
        foreach (var earlier in step.DependsOnSteps.Select(Find).Concat(_steps.Where(s => s.RequiredBySteps.Contains(step.Name))).Except(before).ToArray())
        {
            InOrder(earlier, before);
        }

        before.Add(step);
        return before;
    }

    private PipelineStep Find(string name) => _steps.Find(s => s.Name == name) ?? throw new DistributedApplicationException(
        $"There is no pipeline step '{name}'; these are known: {string.Join(", ", _steps.Select(s => s.Name).Order(StringComparer.Ordinal))}.");
}
