using System.Diagnostics;

namespace FooBar.Tests.Support;

/// <summary>The <c>docker</c> command, for what the containers of Testcontainers cannot be told.</summary>
internal static class DockerCommand
{
    /// <summary>Returns what the command said. A command that fails fails the test.</summary>
    public static async Task<string> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken, string input = "")
    {
        var (exitCode, output) = await TryAsync(arguments, cancellationToken, input);
        Assert.True(exitCode == 0, $"docker {string.Join(' ', arguments)} ended with exit code {exitCode}:\n{output}");
        return output;
    }

    /// <summary>Returns the exit code and what was said, on standard error too.</summary>
    public static async Task<(int ExitCode, string Output)> TryAsync(IEnumerable<string> arguments, CancellationToken cancellationToken, string input = "")
    {
        using var docker = Process.Start(new ProcessStartInfo("docker", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var said = Task.WhenAll(docker.StandardOutput.ReadToEndAsync(cancellationToken), docker.StandardError.ReadToEndAsync(cancellationToken));
            await docker.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            docker.StandardInput.Close();
            await docker.WaitForExitAsync(cancellationToken);
            return (docker.ExitCode, string.Concat(await said).Trim());
        }
        catch (OperationCanceledException)
        {
            docker.Kill();
            throw;
        }
    }
}
