using System.Diagnostics;

namespace FooBar.Drill.Stack;

/// <summary>The AppHost as a process of its own, from the build output beside this program and in the folder where <c>dotnet run</c> starts it.</summary>
internal static class AppHostProcess
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "FooBar.AppHost.dll");

    public static ProcessStartInfo Command(params string[] arguments) => new("dotnet", [Program, .. arguments])
    {
        WorkingDirectory = Path.Combine(Checkout.Root, "FooBar.AppHost"),
    };

    /// <summary>Runs one publishing step.</summary>
    /// <param name="limit">After this time the process is ended.</param>
    /// <param name="step">The step, for instance <c>compose</c>.</param>
    /// <param name="settings">Further arguments of the AppHost.</param>
    /// <exception cref="InvalidOperationException">The step failed; the message holds what the AppHost wrote.</exception>
    public static async Task PublishAsync(TimeSpan limit, string step, params string[] settings)
    {
        var run = await ProgramRun.OfAsync(Command(["--operation", "publish", "--step", step, .. settings]), limit);
        run.Demand($"The AppHost's step {step}");
    }
}
