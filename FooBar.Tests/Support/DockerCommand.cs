using System.Diagnostics;
using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Support;

/// <summary>The <c>docker</c> command, for what the containers of Testcontainers cannot be told.</summary>
internal static class DockerCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    /// <summary>Returns what the command said. A command that fails fails the test.</summary>
    public static async Task<string> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken, string input = "")
    {
        var run = await TryAsync(arguments, cancellationToken, input);
        Assert.True(run.ExitCode == 0, $"docker {string.Join(' ', arguments)} ended with exit code {run.ExitCode}:\n{run.Output}{run.Errors}");
        return run.Output.Trim();
    }

    public static Task<ProgramRun> TryAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken, string input = "") =>
        ProgramRun.OfAsync(new ProcessStartInfo("docker", arguments), Limit, input).WaitAsync(cancellationToken);
}
