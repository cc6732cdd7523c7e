using Aspire.Hosting;
using Aspire.Hosting.Pipelines;
using FooBar.AppHost.Publishing.Compose;
using FooBar.AppHost.Publishing.Images;
using FooBar.AppHost.Publishing.Kubernetes;
using FooBar.AppHost.Publishing.Model;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FooBar.AppHost.Publishing;

/// <summary>What <c>aspire publish</c> and <c>./publish</c> do: steps in Aspire's pipeline.</summary>
internal static partial class PublishSteps
{
    /// <summary>Adds the steps; the one for Kubernetes belongs to Aspire's own step <c>publish</c>.</summary>
    public static void AddPublishing(this IDistributedApplicationBuilder builder)
    {
        if (!builder.ExecutionContext.IsPublishMode)
        {
            return;
        }

        builder.Pipeline.AddStep(Folder(KubernetesPublisher.Target, "Writes manifests for Kubernetes.", KubernetesPublisher.Publish, WellKnownPipelineSteps.Publish));
        builder.Pipeline.AddStep(Folder(ComposePublisher.Target, "Writes a compose file.", ComposePublisher.Publish));
        builder.Pipeline.AddStep(Images());
        PublishOutcome.AddTo(builder.Services);
    }

    private static PipelineStep Images() => new()
    {
        Name = "images",
        Description = "Builds the services' container images.",
        Action = async context =>
        {
            var settings = PublishSettings.Read(context.Services.GetRequiredService<IConfiguration>());
            await ServiceImages.BuildAsync(await ReadAsync(context, settings), settings, context.Logger, context.CancellationToken);
        },
    };

    private static PipelineStep Folder(
        string target, string description, Func<PublishedApplication, PublishSettings, IReadOnlyList<OutputFile>> publish, params List<string> requiredBy) => new()
    {
        Name = target,
        Description = description,
        RequiredBySteps = requiredBy,
        Action = async context =>
        {
            var settings = PublishSettings.Read(context.Services.GetRequiredService<IConfiguration>());
            var application = await ReadAsync(context, settings);
            var folder = context.Services.GetRequiredService<IPipelineOutputService>().GetOutputDirectory();
            new OutputFolder(folder).Replace(target, publish(application, settings));
            LogPublished(context.Logger, target, folder);
        },
    };

    private static Task<PublishedApplication> ReadAsync(PipelineStepContext context, PublishSettings settings) =>
        new ApplicationReader(context.Model, context.ExecutionContext, context.Services, settings, context.Logger).ReadAsync(context.CancellationToken);

    [LoggerMessage(4101, LogLevel.Information, "Published for {Target} to {Folder}")]
    private static partial void LogPublished(ILogger logger, string target, string folder);
}
