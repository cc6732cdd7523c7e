using System.Diagnostics;

namespace FooBar.Tests.Support.Publishing;

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

    /// <summary>Starts a program, with its streams in the hands of the test.</summary>
    public static Process Start(ProcessStartInfo start)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        return Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
    }
}
