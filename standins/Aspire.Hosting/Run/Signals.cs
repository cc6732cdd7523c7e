using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Aspire.Hosting.Run;

/// <summary>Signals to a process and, where it leads a group of its own, to all of that group.</summary>
internal static partial class Signals
{
    private const int SigTerm = 15, SigKill = 9;

    public static void Terminate(int pid) => Send(pid, SigTerm);

    public static void Kill(int pid) => Send(pid, SigKill);

    /// <summary>Ends what a process that has ended itself left in its group. Its own id may be somebody else's by now.</summary>
    public static void KillRestOfGroup(int pid) => _ = OperatingSystem.IsWindows() ? 0 : SendSignal(-pid, SigKill);

    private static void Send(int pid, int signal)
    {
        if (OperatingSystem.IsWindows())
        {
            using var process = Process.GetProcesses().FirstOrDefault(p => p.Id == pid);
            process?.Kill(entireProcessTree: true);
        }
        else if (SendSignal(-pid, signal) != 0)
        {
            _ = SendSignal(pid, signal);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
