using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using FooBar.AppHost;
using FooBar.Tests.Support;

namespace FooBar.Tests.Integration.AppModel;

public sealed class ProcessLifecycleTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Executable_StoppedAndStarted_IsAnotherProcess()
    {
        using var folder = new TemporaryFolder();
        var pidFile = Path.Combine(folder.Path, "pid");
        await using var running = await Running.StartAsync(builder =>
            builder.AddExecutable("sleeper", "sh", folder.Path, "-c", "echo $$ > pid; exec sleep 600"));
        var commands = running.App.ResourceCommands;
        var first = await PidAsync(pidFile);

        Assert.True((await commands.ExecuteCommandAsync("sleeper", KnownResourceCommands.StopCommand)).Success);
        await Eventually.Within(Bound, () => Assert.False(IsAlive(first)));
        File.Delete(pidFile);
        Assert.True((await commands.ExecuteCommandAsync("sleeper", KnownResourceCommands.StartCommand)).Success);

        var second = await PidAsync(pidFile);
        Assert.NotEqual(first, second);
        Assert.True(IsAlive(second));
    }

    [Fact]
    public async Task Application_Stopped_LeavesNoProcess()
    {
        using var folder = new TemporaryFolder();
        var pidFile = Path.Combine(folder.Path, "pid");

        // It does not hear SIGTERM, and it has a child.
        await using (await Running.StartAsync(builder =>
            builder.AddExecutable("stubborn", "sh", folder.Path, "-c", "trap '' TERM; sleep 600 & echo $! > pid; wait; sleep 600")))
        {
            Assert.True(IsAlive(await PidAsync(pidFile)));
        }

        var child = await PidAsync(pidFile);
        await Eventually.Within(Bound, () => Assert.False(IsAlive(child)));
    }

    [Fact]
    public async Task Executable_ThatEndsByItself_ReportsItsExitCode()
    {
        await using var running = await Running.StartAsync(builder => builder.AddExecutable("failing", "sh", ".", "-c", "exit 3"));

        var ended = await running.App.ResourceNotifications.WaitForResourceAsync("failing", e => e.Snapshot.ExitCode is not null).WaitAsync(Bound);

        Assert.Equal(3, ended.Snapshot.ExitCode);
        Assert.Contains(ended.Snapshot.State!.Text, KnownResourceStates.TerminalStates);
    }

    [Fact]
    public async Task Waiting_ForCompletion_StartsAfterIt()
    {
        using var folder = new TemporaryFolder();
        await using var running = await Running.StartAsync(builder =>
        {
            var first = builder.AddExecutable("first", "sh", folder.Path, "-c", "sleep 1; echo done > first");
            builder.AddExecutable("second", "sh", folder.Path, "-c", "cp first second").WaitForCompletion(first);
        });

        var second = await running.App.ResourceNotifications.WaitForResourceAsync("second", e => e.Snapshot.ExitCode is not null).WaitAsync(Bound);

        Assert.Equal(0, second.Snapshot.ExitCode);
        Assert.True(File.Exists(Path.Combine(folder.Path, "second")));
    }

    [Fact]
    public async Task Proxied_Endpoints_HavePortsOfTheirOwnInTests()
    {
        await using var running = await Running.StartAsync(builder =>
        {
            builder.AddExecutable("one", "sleep", ".", "600").WithHttpEndpoint(port: 8080, env: "PORT");
            builder.AddExecutable("two", "sleep", ".", "600").WithHttpEndpoint(port: 8080, env: "PORT");
        });

        var (one, two) = (running.App.GetEndpoint("one").Port, running.App.GetEndpoint("two").Port);
        Assert.NotEqual(one, two);
        Assert.NotEqual(8080, one);
        Assert.NotEqual(8080, two);
    }

    private static async Task<int> PidAsync(string file)
    {
        var pid = 0;
        await Eventually.Within(Bound, async ct => int.TryParse(File.Exists(file) ? await File.ReadAllTextAsync(file, ct) : "", CultureInfo.InvariantCulture, out pid));
        return pid;
    }

    // A process that has ended and that nobody has waited for is still listed, as a zombie.
    private static bool IsAlive(int pid) => File.Exists($"/proc/{pid}/cmdline") && File.ReadAllText($"/proc/{pid}/cmdline").Length > 0;

    /// <summary>An application that is stopped however the test ends.</summary>
    private sealed class Running(DistributedApplication app) : IAsyncDisposable
    {
        public DistributedApplication App => app;

        public static async Task<Running> StartAsync(Action<IDistributedApplicationBuilder> compose)
        {
            // Under the AppHost's name: its assembly, not that of the tests, says where Aspire's orchestrator is.
            var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
            {
                AssemblyName = typeof(AppHostSettings).Assembly.GetName().Name,
                DisableDashboard = true,
                Args = ["--DcpPublisher:RandomizePorts=true"],
            });
            compose(builder);
            var running = new Running(builder.Build());
            await running.App.StartAsync();
            return running;
        }

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }
}
