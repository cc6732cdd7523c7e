using System.Text.RegularExpressions;

namespace FooBar.AppHost.Publishing.Images;

/// <summary>Makes one sentence of what a build says when it fails, which can be pages.</summary>
internal static partial class BuildOutput
{
    /// <summary>The first error, because it is the cause of the others, and what to do.</summary>
    public static string Failure(ImageBuild build, string output)
    {
        var first = Error().Matches(output).FirstOrDefault(error => !error.Value.Contains("task failed unexpectedly", StringComparison.Ordinal));
        var reason = first?.Groups["text"].Value ?? output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault("it said nothing");
        var remedy = first?.Groups["file"].Value.EndsWith("Microsoft.NET.Build.Containers.targets", StringComparison.Ordinal) == true
            ? "have ./publish images make the base image, or name one that this machine reaches with --FooBar:Publish:BaseImage=IMAGE"
            : $"dotnet publish {build.Project} -c Release says more";
        return $"{build.Reference} was not built ({reason.TrimEnd('.')}): {remedy}.";
    }

    // FILE(LINE,COLUMN): error CODE: [System.SomeException: ]TEXT [PROJECT]
    [GeneratedRegex(@"^\s*(?<file>[^\r\n]*?)(\(\d+,\d+\))?\s*: error (?<code>\w+): ([\w.]+Exception: )?(?<text>[^\r\n]*?)( \[[^\]\r\n]*\])?\r?$", RegexOptions.Multiline)]
    private static partial Regex Error();
}
