using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Pipelines;

/// <summary>Publish mode: the pipeline runs once, then the application ends.</summary>
internal sealed class PipelineExecutor(DistributedApplicationModel model, DistributedApplicationExecutionContext executionContext,
    IDistributedApplicationPipeline pipeline, IServiceProvider services, IHostApplicationLifetime lifetime, ILogger<PipelineExecutor> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await pipeline.ExecuteAsync(new PipelineContext(model, executionContext, services, logger, stoppingToken));
        }
        catch (DistributedApplicationException e)
        {
            logger.LogError("{Reason}", e.Message);
            Environment.ExitCode = 1;
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            Environment.ExitCode = 130;
        }
        finally
        {
            lifetime.StopApplication();
        }
    }
}
