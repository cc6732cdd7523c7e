using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using FooBar.Tests.Support;

namespace FooBar.Tests.Integration.AppModel;

public sealed class ProcessLifecycleTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Executable_StoppedAndStarted_IsAnotherProcess()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        using var folder = new TemporaryFolder();
        var pidFile = Path.Combine(folder.Path, "pid");
        builder.AddExecutable("sleeper", "sh", folder.Path, "-c", "echo $$ > pid; exec sleep 600");
        await using var app = await builder.BuildAsync();
        await app.StartAsync();
        var first = await PidAsync(pidFile);

        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("sleeper", KnownResourceCommands.StopCommand)).Success);
        await Eventually.Within(Bound, () => Assert.False(IsAlive(first)));
        File.Delete(pidFile);
        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("sleeper", KnownResourceCommands.StartCommand)).Success);

        var second = await PidAsync(pidFile);
        Assert.NotEqual(first, second);
        Assert.True(IsAlive(second));
    }

    [Fact]
    public async Task Application_Disposed_LeavesNoProcess()
    {
        using var folder = new TemporaryFolder();
        var pidFile = Path.Combine(folder.Path, "pid");
        await using (var builder = DistributedApplicationTestingBuilder.Create())
        {
            // It does not hear SIGTERM, and it has a child.
            builder.AddExecutable("stubborn", "sh", folder.Path, "-c", "trap '' TERM; sleep 600 & echo $! > pid; wait; sleep 600");
            await using var app = await builder.BuildAsync();
            await app.StartAsync();
            Assert.True(IsAlive(await PidAsync(pidFile)));
        }

        var child = await PidAsync(pidFile);
        await Eventually.Within(Bound, () => Assert.False(IsAlive(child)));
    }

    [Fact]
    public async Task Executable_ThatEndsByItself_ReportsItsExitCode()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddExecutable("failing", "sh", ".", "-c", "exit 3");
        await using var app = await builder.BuildAsync();
        await app.StartAsync();

        var ended = await app.ResourceNotifications.WaitForResourceAsync("failing", e => e.Snapshot.ExitCode is not null).WaitAsync(Bound);

        Assert.Equal(3, ended.Snapshot.ExitCode);
        Assert.Contains(ended.Snapshot.State!.Text, KnownResourceStates.TerminalStates);
    }

    [Fact]
    public async Task Waiting_ForCompletion_StartsAfterIt()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        using var folder = new TemporaryFolder();
        var first = builder.AddExecutable("first", "sh", folder.Path, "-c", "sleep 1; echo done > first");
        builder.AddExecutable("second", "sh", folder.Path, "-c", "cp first second").WaitForCompletion(first);
        await using var app = await builder.BuildAsync();
        await app.StartAsync();

        var second = await app.ResourceNotifications.WaitForResourceAsync("second", e => e.Snapshot.ExitCode is not null).WaitAsync(Bound);

        Assert.Equal(0, second.Snapshot.ExitCode);
        Assert.True(File.Exists(Path.Combine(folder.Path, "second")));
    }

    [Fact]
    public async Task Proxied_Endpoints_HavePortsOfTheirOwnInTests()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddExecutable("one", "sleep", ".", "600").WithHttpEndpoint(port: 8080, env: "PORT");
        builder.AddExecutable("two", "sleep", ".", "600").WithHttpEndpoint(port: 8080, env: "PORT");
        await using var app = await builder.BuildAsync();
        await app.StartAsync();

        var (one, two) = (app.GetEndpoint("one").Port, app.GetEndpoint("two").Port);
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
}
