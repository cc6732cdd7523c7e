using System.Diagnostics;

namespace FooBar.Drill.Stack;

/// <summary>A program that has ended: what it wrote, and how.</summary>
internal sealed record ProgramRun(int ExitCode, string Output, string Errors)
{
    public static async Task<ProgramRun> OfAsync(ProcessStartInfo start, TimeSpan limit, string input = "")
    {
        using var deadline = new CancellationTokenSource(limit);
        using var process = Start(start);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.StandardInput.WriteAsync(input.AsMemory(), deadline.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(deadline.Token);
            return new ProgramRun(process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Runs a program that has to succeed.</summary>
    /// <returns>What it wrote, errors last.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task<string> OutputOfAsync(TimeSpan limit, string program, params string[] arguments)
    {
        var run = await OfAsync(new ProcessStartInfo(program, arguments), limit);
        run.Demand($"{program} {string.Join(' ', arguments)}");
        return run.Output + run.Errors;
    }

    /// <summary>Starts a program, with its streams in the hands of the caller.</summary>
    public static Process Start(ProcessStartInfo start)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        return Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
    }

    /// <exception cref="InvalidOperationException">The exit code is not 0.</exception>
    public void Demand(string what)
    {
        if (ExitCode != 0)
        {
            throw new InvalidOperationException($"{what} ended with exit code {ExitCode}:\n{Output}{Errors}");
        }
    }
}
