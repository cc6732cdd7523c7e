using System.Diagnostics;

namespace FooBar.Tests.Unit.Drill;

public sealed class ProgramTests
{
    [Theory]
    [InlineData("--only", "nonsense")]
    [InlineData("--price", "--fast")]
    public async Task Program_ArgumentsNotUnderstood_EndsWith2AndSaysWhatThereIs(params string[] arguments)
    {
        var drill = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "FooBar.Drill.dll"), .. arguments]);

        var run = await ProgramRun.OfAsync(drill, TimeSpan.FromSeconds(20));

        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith($"'{string.Join(' ', arguments)}' is not understood. Use: ./drill ", run.Errors, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }
}
