using System.Diagnostics;

namespace FooBar.AppHost.Publishing.Images;

/// <summary>A program that runs to its end, with what it says kept for the case that it fails.</summary>
internal static class ChildProgram
{
    /// <summary>Runs it. Cancelling ends it and whatever it has started.</summary>
    /// <returns>Its exit code, and all that it wrote.</returns>
    /// <exception cref="PublishException">It is not installed.</exception>
    public static async Task<(int ExitCode, string Output)> RunAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError, start.RedirectStandardInput) = (true, true, true);
        using var process = Start(start);
        process.StandardInput.Close();
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
        try
        {
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, string.Concat(await output.WaitAsync(cancellationToken)));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            throw new PublishException($"{start.FileName} could not be started ({failure.Message}): install it, or put it on the PATH.", failure);
        }
    }
}
