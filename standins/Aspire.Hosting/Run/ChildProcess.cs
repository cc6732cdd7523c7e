using System.Diagnostics;

namespace Aspire.Hosting.Run;

/// <summary>A started process and what it writes, line by line.</summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly string? SetSid = new[] { "/usr/bin/setsid", "/bin/setsid" }.FirstOrDefault(File.Exists);

    private readonly Process _process;
    private readonly Task _output;

    private ChildProcess(Process process, Action<string, bool> write)
    {
        _process = process;
        _output = Task.WhenAll(PumpAsync(process.StandardOutput, false), PumpAsync(process.StandardError, true));

        async Task PumpAsync(StreamReader from, bool isError)
        {
            while (await from.ReadLineAsync() is { } line)
            {
                write(line, isError);
            }
        }
    }

    public int Id => _process.Id;

    /// <summary>
    /// Starts it in a session of its own, where the tool for that is there: a Ctrl-C in the terminal reaches the AppHost alone,
    /// which ends its children in order, and ending one ends its own children too.
    /// </summary>
    public static ChildProcess Start(ProcessStartInfo start, Action<string, bool> write)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError, start.RedirectStandardInput, start.UseShellExecute) = (true, true, true, false);
        var program = Find(start.FileName, start.WorkingDirectory);
        start.FileName = SetSid ?? program;
        if (SetSid is not null)
        {
            start.ArgumentList.Insert(0, program);
        }

        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new ChildProcess(process, write);
    }

    /// <summary>Runs it to its end and returns the exit code. Cancelling ends it.</summary>
    public static async Task<int> RunAsync(ProcessStartInfo start, Action<string, bool> write, CancellationToken cancellationToken)
    {
        using var child = Start(start, write);
        await using var _ = cancellationToken.Register(() => Signals.Kill(child.Id));
        var exitCode = await child.WaitAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return exitCode;
    }

    /// <summary>Returns the exit code when it has ended and its last lines are written.</summary>
    public async Task<int> WaitAsync()
    {
        var exited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.Exited += (_, _) => exited.TrySetResult();
        _process.EnableRaisingEvents = true;
        await exited.Task;

        // A child of its own that lives on may keep the pipe open for ever.
        await Task.WhenAny(_output, Task.Delay(TimeSpan.FromSeconds(1)));
        return _process.ExitCode;
    }

    public void Dispose() => _process.Dispose();

    // Told from the outset: setsid would start, and only then not find the program.
    private static string Find(string program, string workingDirectory)
    {
        var folders = program.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal) ? [workingDirectory] : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        var suffix = OperatingSystem.IsWindows() && Path.GetExtension(program).Length == 0 ? ".exe" : "";
        return folders.Select(f => Path.Combine(f, program + suffix)).FirstOrDefault(File.Exists)
            ?? throw new DistributedApplicationException($"The program '{program}' was not found: install it, or mend the command of the resource.");
    }
}

internal static class ChildEnvironment
{
    /// <summary>Takes out what the host of this process set for itself: MSBuild's paths under dotnet test, this process's own URLs and environment.</summary>
    public static void Clean(IDictionary<string, string?> variables)
    {
        foreach (var name in variables.Keys.Where(n => n is "ASPNETCORE_URLS" or "ASPNETCORE_ENVIRONMENT" or "DOTNET_ENVIRONMENT" or "DOTNET_LAUNCH_PROFILE" or "DOTNET_STARTUP_HOOKS"
            || n.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            variables.Remove(name);
        }

        variables["MSBUILDDISABLENODEREUSE"] = "1";
    }
}
