using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace FooBar.AppHost.Publishing;

/// <summary>
/// Says on standard error, in one line, why publishing was refused, and sets the exit code. Aspire logs a failed pipeline three times with
/// its stack trace, and the process ends with 0.
/// </summary>
internal sealed class PublishOutcome(IServiceProvider services) : IHostedService
{
    private static readonly string[] Repeats = ["Aspire.Hosting.Publishing.PipelineExecutor", "Microsoft.Extensions.Hosting.Internal.Host"];

    public static void AddTo(IServiceCollection services)
    {
        services.AddHostedService<PublishOutcome>();
        foreach (var category in Repeats)
        {
            services.AddLogging(logging =>
                logging.AddFilter<ConsoleLoggerProvider>(category, level => level is >= LogLevel.Information and < LogLevel.Error));
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Not by the logger: the last lines of a console logger are lost when the process ends while the machine is busy.
    public Task StopAsync(CancellationToken cancellationToken)
    {
        // Aspire's pipeline is a background service, and it wraps the reason.
        foreach (var service in services.GetServices<IHostedService>().OfType<BackgroundService>())
        {
            if (service.ExecuteTask?.Exception?.InnerException?.InnerException is { } reason)
            {
                Environment.ExitCode = 1;
                Console.Error.WriteLine(Refusal(reason)?.Message ?? $"Publishing failed. {reason}");
            }
        }

        return Task.CompletedTask;
    }

    // What the pipeline refuses itself, for instance a step that it does not know, has no inner exception. What a step throws is wrapped.
    private static Exception? Refusal(Exception reason)
    {
        var chain = reason;
        while (chain is not (null or PublishException))
        {
            chain = chain.InnerException;
        }

        return chain ?? (reason.InnerException is null ? reason : null);
    }
}
