using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using FooBar.AppHost;
using FooBar.AppHost.Publishing;
using FooBar.AppHost.Publishing.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace FooBar.Tests.Support.Publishing;

/// <summary>FooBar's own AppHost in publish mode: in this process, which is fast, and as the process that people start.</summary>
internal static class AppHostPublishing
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static string[] Arguments(string output, string step = "publish", params string[] settings) =>
        ["--operation", "publish", "--step", step, "--output-path", output, .. settings];

    /// <summary>Publishes to a folder.</summary>
    /// <param name="output">The folder.</param>
    /// <param name="change">What is added to the AppHost before it is built.</param>
    /// <returns>The application model that was published.</returns>
    public static async Task<PublishedApplication> PublishAsync(string output, Action<IDistributedApplicationBuilder>? change = null)
    {
        using var limit = new CancellationTokenSource(Limit);
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<AppHostSettings>(Arguments(output), limit.Token);
        change?.Invoke(builder);
        var app = await builder.BuildAsync(limit.Token);
        var model = await ReadAsync(app.Services, builder.ExecutionContext, limit.Token);
        await app.RunAsync(limit.Token);

        // What a process would end with; the reason is on the console.
        var exitCode = Environment.ExitCode;
        Environment.ExitCode = 0;
        Assert.True(exitCode == 0, $"Nothing was published to {output}.");
        return model;
    }

    /// <summary>Reads an application model as it would be published.</summary>
    public static Task<PublishedApplication> ReadAsync(IServiceProvider services, DistributedApplicationExecutionContext execution, CancellationToken cancellationToken) =>
        new ApplicationReader(services.GetRequiredService<DistributedApplicationModel>(), execution, services, new PublishSettings(), NullLogger.Instance).ReadAsync(cancellationToken);

    public static Task<ProgramRun> RunAsync(string output, string step = "publish", params string[] settings) =>
        ProgramRun.OfAsync(AppHostProcess.Command(Arguments(output, step, settings)), Limit);
}
