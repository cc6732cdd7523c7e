using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.DependencyInjection;

namespace FooBar.AppHost.Running;

/// <summary>What a person who starts the application on this machine is told in the console.</summary>
internal static class RunningBuilderExtensions
{
    /// <summary>Refuses a start on taken ports, and reports resources that fail. Without effect where the application is published.</summary>
    public static IDistributedApplicationBuilder AddRunReports(this IDistributedApplicationBuilder builder, IReadOnlyDictionary<int, string> ports)
    {
        if (!builder.ExecutionContext.IsRunMode)
        {
            return builder;
        }

        builder.Services.AddHostedService<ResourceFailures>();
        builder.Eventing.Subscribe<BeforeStartEvent>(async (_, cancellationToken) =>
        {
            var all = new Dictionary<int, string>(ports);
            foreach (var (port, setting) in FixedPorts.OfDashboard(builder.Configuration))
            {
                all.TryAdd(port, setting);
            }

            await new FixedPorts(all, TimeProvider.System).WaitUntilFreeAsync(Console.Out.WriteLine, cancellationToken);
        });
        return builder;
    }

    /// <summary>Runs the application to its end.</summary>
    /// <returns>The process's exit code: 1 if the application was refused its start, or a step of publishing failed.</returns>
    public static async Task<int> RunToEndAsync(this DistributedApplication app)
    {
        try
        {
            await app.RunAsync();
            return Environment.ExitCode;
        }
        catch (StartRefusedException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }
}
