using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace FooBar.AppHost.Publishing;

/// <summary>
/// Says in one line why publishing failed, and sets the exit code. Aspire logs a failed pipeline three times with its stack trace, and
/// the process ends with 0.
/// </summary>
internal sealed partial class PublishOutcome(IServiceProvider services, ILogger<PublishOutcome> logger) : IHostedService
{
    private static readonly string[] Repeats = ["Aspire.Hosting.Publishing.PipelineExecutor", "Microsoft.Extensions.Hosting.Internal.Host"];

    public static void AddTo(IServiceCollection services)
    {
        services.AddHostedService<PublishOutcome>();
        foreach (var category in Repeats)
        {
            services.AddLogging(logging => logging.AddFilter<ConsoleLoggerProvider>(category, level => level is >= LogLevel.Information and < LogLevel.Error));
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        // Aspire's pipeline is a background service. It wraps what a step throws; what it refuses itself, for instance a step that it does not
        // know, has no inner exception.
        foreach (var failure in services.GetServices<IHostedService>().OfType<BackgroundService>().Select(service => service.ExecuteTask?.Exception?.InnerException))
        {
            if (failure?.InnerException is not { } reason)
            {
                continue;
            }

            Environment.ExitCode = 1;
            if (reason.GetBaseException() is PublishException || reason.InnerException is null)
            {
                LogRefused(logger, reason.GetBaseException().Message);
            }
            else
            {
                LogFailed(logger, reason.GetBaseException());
            }
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(4102, LogLevel.Error, "{Reason}")]
    private static partial void LogRefused(ILogger logger, string reason);

    [LoggerMessage(4103, LogLevel.Error, "Publishing failed")]
    private static partial void LogFailed(ILogger logger, Exception failure);
}
