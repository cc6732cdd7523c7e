using System.Diagnostics;
using System.Globalization;

namespace FooBar.AppHost.Publishing.Images;

/// <summary>The one time that is in an image: that of the commit it was built from (reproducible-builds.org/specs/source-date-epoch).</summary>
internal static class SourceDate
{
    /// <returns>What SOURCE_DATE_EPOCH says; else the time of the last commit; else, without git, the beginning of Unix time.</returns>
    public static async Task<DateTimeOffset> OfAsync(string folder, CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable("SOURCE_DATE_EPOCH") is { Length: > 0 } given)
        {
            return Parse(given) ?? throw new PublishException($"SOURCE_DATE_EPOCH is '{given}': give whole seconds since 1970, or unset it.");
        }

        try
        {
            var (exitCode, output) = await ChildProgram.RunAsync(
                new ProcessStartInfo("git", ["log", "-1", "--format=%ct"]) { WorkingDirectory = folder }, cancellationToken);
            return (exitCode == 0 ? Parse(output.Trim()) : null) ?? DateTimeOffset.UnixEpoch;
        }
        catch (PublishException)
        {
            return DateTimeOffset.UnixEpoch;
        }
    }

    private static DateTimeOffset? Parse(string seconds) =>
        long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(number)
            : null;
}
