using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Unit.StandIns;

/// <summary>Whether a build takes a real package or its stand-in. Projects are evaluated, not built, and no feed is asked.</summary>
public sealed partial class PackageChoiceTests
{
    private const int LinesAllowed = 400;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("FooBar.AppHost", "Aspire.Hosting.MySql")]
    [InlineData("FooBar.Data", "Aspire.MySqlConnector")]
    public async Task Build_ToldToUseStandIns_ReferencesTheProjectInsteadOfThePackage(string project, string package)
    {
        var (packages, projects) = await EvaluateAsync(project, "-p:StandIns=true");

        Assert.DoesNotContain(package, packages);
        Assert.Contains($"{package}.csproj", projects);
    }

    [Theory]
    [InlineData("FooBar.AppHost", "Aspire.Hosting.MySql")]
    [InlineData("FooBar.Data", "Aspire.MySqlConnector")]
    public async Task Build_ToldToUsePackages_ReferencesThePackageAndNoStandIn(string project, string package)
    {
        var (packages, projects) = await EvaluateAsync(project, "-p:StandIns=false");

        Assert.Contains(package, packages);
        Assert.DoesNotContain($"{package}.csproj", projects);
    }

    [Theory]
    [InlineData("Aspire.Hosting.MySql", "Aspire.MySqlConnector")]
    public async Task Build_CacheHoldsBothPackages_ReferencesThePackage(params string[] cached)
    {
        using var cache = new TemporaryFolder();
        foreach (var package in cached)
        {
            Cache(cache, package);
        }

        var (packages, projects) = await EvaluateAsync("FooBar.Data", $"-p:NUGET_PACKAGES={cache.Path}");

        Assert.Contains("Aspire.MySqlConnector", packages);
        Assert.Empty(projects);
    }

    [Theory]
    [InlineData]
    [InlineData("Aspire.Hosting.MySql")]
    [InlineData("Aspire.MySqlConnector")]
    public async Task Build_CacheLacksAPackage_ReferencesTheStandIn(params string[] cached)
    {
        using var cache = new TemporaryFolder();
        foreach (var package in cached)
        {
            Cache(cache, package);
        }

        var (packages, projects) = await EvaluateAsync("FooBar.Data", $"-p:NUGET_PACKAGES={cache.Path}");

        Assert.DoesNotContain("Aspire.MySqlConnector", packages);
        Assert.Equal(["Aspire.MySqlConnector.csproj"], projects);
    }

    [Fact]
    public void StandIns_Together_StayThin() => Assert.InRange(
        Directory.EnumerateFiles(Path.Combine(Checkout.Root, "standins"), "*.cs*", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Sum(file => File.ReadLines(file).Count()),
        1, LinesAllowed);

    private static void Cache(TemporaryFolder cache, string package)
    {
        var version = AspireVersion().Match(File.ReadAllText(Path.Combine(Checkout.Root, "Directory.Packages.props"))).Groups[1].Value;
        var name = package.ToLowerInvariant();
        var folder = Directory.CreateDirectory(Path.Combine(cache.Path, name, version)).FullName;
        File.WriteAllText(Path.Combine(folder, $"{name}.nuspec"), "");
    }

    private static async Task<(IReadOnlyList<string> Packages, IReadOnlyList<string> Projects)> EvaluateAsync(string project, string property)
    {
        var run = await ProgramRun.OfAsync(
            new ProcessStartInfo("dotnet",
            [
                "msbuild", Path.Combine(Checkout.Root, project, $"{project}.csproj"), "-nologo", "-nodeReuse:false", property,
                "-getItem:PackageReference", "-getItem:ProjectReference",
            ]),
            Limit);
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        using var evaluated = JsonDocument.Parse(run.Output);

        List<string> Names(string item) =>
            [.. evaluated.RootElement.GetProperty("Items").GetProperty(item).EnumerateArray().Select(found => Path.GetFileName(found.GetProperty("Identity").GetString()!))];

        return (Names("PackageReference"), Names("ProjectReference"));
    }

    [GeneratedRegex("<AspireVersion>(.*)</AspireVersion>")]
    private static partial Regex AspireVersion();
}
