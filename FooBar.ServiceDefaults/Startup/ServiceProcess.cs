using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FooBar.ServiceDefaults.Startup;

/// <summary>The outermost frame of a service's process.</summary>
public static class ServiceProcess
{
    private static readonly TimeSpan ComposeWithin = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Composes the service and runs it until it is stopped. What an operator can put right (wrong options, a port that is
    /// taken) is told on standard error, a line each and without a stack trace, and ends the process with code 1. So does
    /// <see cref="ProcessEnd"/>.
    /// </summary>
    public static async Task<int> RunAsync(Func<CancellationToken, Task<WebApplication>> compose)
    {
        try
        {
            using var deadline = new CancellationTokenSource(ComposeWithin);
            await using var app = await compose(deadline.Token);

            // The host validates too, but as a part of starting, where it logs a failure with its stack trace.
            app.Services.GetService<IStartupValidator>()?.Validate();
            var end = app.Services.GetService<ProcessEnd>();
            try
            {
                await app.RunAsync();
            }
            catch (OperationCanceledException) when (end is { Early: true })
            {
                // It ended before it had started to the end.
            }

            return end is { Early: true } ? 1 : 0;
        }
        catch (Exception failure) when (Explain(failure) is { Count: > 0 } lines)
        {
            foreach (var line in lines)
            {
                await Console.Error.WriteLineAsync($"Cannot start: {line}");
            }

            return 1;
        }
    }

    internal static IReadOnlyList<string> Explain(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case OptionsValidationException options:
                    return [.. options.Failures];
                case StartupException startup:
                    return [startup.Message];

                // A setting of the wrong type: the binder's own sentence names key and value.
                case InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } setting:
                    return [setting.Message];
                case AggregateException several:
                    return [.. several.InnerExceptions.SelectMany(Explain)];
            }
        }

        return [];
    }
}
