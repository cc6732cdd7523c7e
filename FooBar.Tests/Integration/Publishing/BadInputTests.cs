using System.Diagnostics;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Integration.Publishing;

/// <summary>What cannot be published is one line that names it and the remedy, exit code 1, and a folder that is as it was.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Output => Path.Combine(folder.Path, "out");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task AppHost_AsAProcess_PublishesTheSame()
    {
        var run = await AppHostPublishing.RunAsync(Output);

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.EndsWith($"Published for kubernetes to {Output}", Assert.Single(Lines(run)), StringComparison.Ordinal);
        var other = Path.Combine(folder.Path, "other");
        await AppHostPublishing.PublishAsync(other);
        Assert.Null(Snapshot.Difference(other, Output));
        Assert.Equal(["other", "out"], Entries());
    }

    [Fact]
    public async Task Folder_ThatHoldsSomethingElse_IsLeftAlone()
    {
        Directory.CreateDirectory(Output);
        File.WriteAllText(Path.Combine(Output, "thesis.tex"), "years");

        await RefusesAsync(Output, "holds something else", "name another folder");
    }

    [Fact]
    public async Task Folder_OfAnotherTarget_IsLeftAlone()
    {
        await AppHostPublishing.PublishAsync(Output);

        await RefusesAsync(Output, "holds something else than what was published for compose", "name another folder", step: "compose");
    }

    [Fact]
    public async Task Folder_ThatIsAFile_IsLeftAlone()
    {
        File.WriteAllText(Output, "text");

        await RefusesAsync(Output, "is a file", "name a folder");
    }

    [Theory]
    [InlineData("/proc/sys/out")]
    [InlineData("/dev/null/out")]
    public Task Folder_ThatCannotBeMade_IsNamed(string output) => RefusesAsync(output, $"{output} cannot be written", "where you may write");

    [Fact]
    public async Task File_ThatWasEdited_StopsThePublishing()
    {
        await AppHostPublishing.PublishAsync(Output);
        var edited = Path.Combine(Output, "overlays", "production", "kustomization.yaml");
        await File.AppendAllTextAsync(edited, "# mine\n");

        await RefusesAsync(Output, $"{edited} was changed by hand", "an overlay of your own");
    }

    [Fact]
    public async Task List_OfWhatWasPublished_Damaged_LosesNothing()
    {
        await AppHostPublishing.PublishAsync(Output);
        await File.WriteAllTextAsync(Path.Combine(Output, ".published"), "kubernetes\nnonsense\n");

        await RefusesAsync(Output, "was not published and would be now", "publish to another folder");
    }

    [Fact]
    public Task Step_ThatIsNotKnown_IsNamedWithThoseThatAre() => RefusesAsync(Output, "'publsh'", "publish", step: "publsh");

    [Theory]
    [InlineData("Tag=latest", "FooBar:Publish:Tag is 'latest'", "1.4.2")]
    [InlineData("Registry=https://registry.example.com", "FooBar:Publish:Registry is 'https://registry.example.com'", "a host and a path only")]
    [InlineData("Name=Foo_Bar", "FooBar:Publish:Name is 'Foo_Bar'", "small letters")]
    [InlineData("OtlpEndpoint=collector", "FooBar:Publish:OtlpEndpoint is 'collector'", "give a URL")]
    public Task Setting_ThatIsWrong_IsNamed(string setting, string named, string remedy) => RefusesAsync(Output, named, remedy, settings: $"--FooBar:Publish:{setting}");

    [Fact]
    public async Task File_ThatWasAdded_Stays()
    {
        await AppHostPublishing.PublishAsync(Output);
        var added = Path.Combine(Output, "overlays", "ours", "deploy.sh");
        Directory.CreateDirectory(Path.GetDirectoryName(added)!);
        await File.WriteAllTextAsync(added, "#!/bin/sh\n");
        await ShellAsync($"chmod 750 '{added}'; rm '{Output}/NOTES.md'");

        await AppHostPublishing.PublishAsync(Output);

        Assert.Equal("#!/bin/sh\n", await File.ReadAllTextAsync(added));
        Assert.Equal("750", (await ShellAsync($"stat -c %a '{added}'")).Trim());
        Assert.True(File.Exists(Path.Combine(Output, "NOTES.md")));
    }

    [Fact]
    public async Task Folders_OfOthersBeside_StayAsTheyAre()
    {
        foreach (var name in new[] { "out.old", "out.new", "out.bak" })
        {
            Directory.CreateDirectory(Path.Combine(folder.Path, name));
            File.WriteAllText(Path.Combine(folder.Path, name, "precious"), name);
        }

        await AppHostPublishing.PublishAsync(Output);
        await AppHostPublishing.PublishAsync(Output);

        Assert.Equal(["out", "out.bak", "out.new", "out.old"], Entries());
        Assert.Equal("out.old", await File.ReadAllTextAsync(Path.Combine(folder.Path, "out.old", "precious")));
    }

    [Fact]
    public async Task Publishing_KilledWhileItWrites_LeavesTheFolderWholeAndTheNextOneWorks()
    {
        await AppHostPublishing.PublishAsync(Output);
        var before = await ContentsAsync("out");

        // Its copy waits for somebody who writes to the pipe; by then everything else is written.
        await ShellAsync($"mkfifo '{Output}/pipe'");
        using (var process = ProgramRun.Start(AppHostProcess.Command(AppHostPublishing.Arguments(Output))))
        {
            try
            {
                await Eventually.Within(TimeSpan.FromSeconds(20), () => Assert.Contains(Directory.GetDirectories(folder.Path), other => other != Output && File.Exists(Path.Combine(other, "NOTES.md"))));
                Assert.False(process.HasExited);
            }
            finally
            {
                process.Kill();
                await process.WaitForExitAsync();
            }
        }

        File.Delete(Path.Combine(Output, "pipe"));
        Assert.Equal(before, await ContentsAsync("out"));
        await AppHostPublishing.PublishAsync(Output);
        Assert.Equal(before, await ContentsAsync("out"));
        Assert.Equal(["out"], Entries());
    }

    // The moment between the two renames, which no test hits.
    [Fact]
    public async Task Publishing_KilledBetweenItsRenames_IsTakenUpAndLosesNothing()
    {
        await AppHostPublishing.PublishAsync(Output);
        await File.WriteAllTextAsync(Path.Combine(Output, "mine"), "mine");
        await ShellAsync($"mv '{Output}' '{Output}.being-replaced'; cp -r '{Output}.being-replaced' '{Output}.being-published'");

        await AppHostPublishing.PublishAsync(Output);

        Assert.Equal("mine", await File.ReadAllTextAsync(Path.Combine(Output, "mine")));
        Assert.Equal(["out"], Entries());
    }

    private async Task RefusesAsync(string output, string named, string remedy, string step = "publish", params string[] settings)
    {
        var before = await ContentsAsync();

        var run = await AppHostPublishing.RunAsync(output, step, settings);

        Assert.Equal(1, run.ExitCode);
        var line = Assert.Single(Lines(run));
        Assert.Contains(named, line, StringComparison.Ordinal);
        Assert.Contains(remedy, line, StringComparison.Ordinal);
        Assert.Equal(before, await ContentsAsync());
    }

    private static string[] Lines(ProgramRun run) => (run.Output + run.Errors).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private IEnumerable<string> Entries() => Directory.GetFileSystemEntries(folder.Path).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal);

    private Task<string> ContentsAsync(string part = ".") =>
        ShellAsync($"cd '{folder.Path}' && find {part} -type f -exec sha256sum {{}} + | sort -k 2; find {part} -type d | sort");

    private static async Task<string> ShellAsync(string command)
    {
        var run = await ProgramRun.OfAsync(new ProcessStartInfo("sh", ["-c", command]), TimeSpan.FromSeconds(20));
        Assert.True(run.ExitCode == 0, run.Errors);
        return run.Output;
    }
}
