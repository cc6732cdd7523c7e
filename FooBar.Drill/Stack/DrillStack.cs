using System.Runtime.InteropServices;

namespace FooBar.Drill.Stack;

/// <summary>The stack for as long as <c>./drill</c> works on it; whatever ends that, nothing of it stays.</summary>
internal static class DrillStack
{
    /// <param name="work">What is done; its token is cancelled by Ctrl-C.</param>
    /// <param name="hardware">Whether the databases have disks that can be filled and clocks that can be moved.</param>
    /// <returns>Whether the work came to its end.</returns>
    public static async Task<bool> RunAsync(Func<ChaosSystem, CancellationToken, Task> work, bool hardware = false)
    {
        var images = new StackImages();
        var system = hardware ? ChaosSystem.WithHardware(images.Tag) : new ChaosSystem(images.Tag);
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }

        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            Console.WriteLine("Building the images and starting the stack ...");
            await images.BuildAsync();
            await system.InitializeAsync();
            await work(system, stop.Token);
            return true;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Console.WriteLine("Stopped; what was measured until then:");
            return false;
        }
        finally
        {
            await system.DisposeAsync();
            await images.DisposeAsync();
        }
    }
}
