using System.ComponentModel;
using System.Diagnostics;

namespace FooBar.Tests.Support.Gateway;

/// <summary>
/// A test that gives a process a resolv.conf of its own, by a mount that only that process sees. Linux lets root do that.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OwnResolverFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> IsPossible = new(Try);

    public OwnResolverFactAttribute()
    {
        if (!IsPossible.Value)
        {
            Skip = "A resolv.conf of one process's own needs Linux, the command unshare, and root.";
        }
    }

    private static bool Try()
    {
        try
        {
            using var attempt = Process.Start(new ProcessStartInfo("unshare", ["--mount", "true"]) { RedirectStandardError = true });
            return attempt is not null && attempt.WaitForExit(TimeSpan.FromSeconds(10)) && attempt.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
