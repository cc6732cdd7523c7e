using System.Diagnostics;
using System.Text.RegularExpressions;
using FooBar.AppHost.Publishing.Model;
using Microsoft.Extensions.Logging;

namespace FooBar.AppHost.Publishing.Images;

/// <summary>The services' container images, made by the .NET SDK; containers/service-image.targets says how.</summary>
internal static partial class ServiceImages
{
    /// <exception cref="PublishException">An image was not made; the message holds the first error of its build.</exception>
    public static async Task BuildAsync(PublishedApplication application, PublishSettings settings, ILogger logger, CancellationToken cancellationToken)
    {
        foreach (var service in application.Services.DistinctBy(service => service.Project))
        {
            // The SDK takes the registry's host alone.
            var registry = settings.Registry.Split('/');
            var archive = settings.Archives.Length == 0 ? "" : Path.Combine(Path.GetFullPath(settings.Archives), $"{settings.Name}-{service.Name}-{settings.Tag}.tar");
            List<string> arguments =
            [
                "publish", service.Project, "-c", "Release", "-t:PublishContainer", "--nologo", "-v:quiet", "-nodeReuse:false",
                $"-p:ContainerRegistry={registry[0]}", $"-p:ContainerRepository={string.Join('/', [.. registry[1..], settings.Name, service.Name])}",
                $"-p:ContainerImageTag={settings.Tag}", $"-p:ContainerArchiveOutputPath={archive}",
            ];
            if (settings.BaseImage.Length > 0)
            {
                arguments.Add($"-p:ContainerBaseImage={settings.BaseImage}");
            }

            var image = settings.ImageOf(service.Name);
            var (exitCode, output) = await ChildProgram.RunAsync(new ProcessStartInfo("dotnet", arguments), cancellationToken);
            if (exitCode != 0)
            {
                throw new PublishException($"{image} was not built: {Reason(output)}");
            }

            LogBuilt(logger, image, archive.Length > 0 ? archive : settings.Registry.Length > 0 ? "its registry" : "the local engine");
        }
    }

    // The first error causes the others.
    private static string Reason(string output)
    {
        var error = Error().Match(output);
        var reason = error.Success ? error.Groups["text"].Value : output.Trim().Split('\n')[^1];
        var remedy = error.Groups["file"].Value == "Microsoft.NET.Build.Containers.targets" ? ": name another base image with --FooBar:Publish:BaseImage=IMAGE." : ".";
        return reason.TrimEnd('.', '\r') + remedy;
    }

    // FOLDER/FILE(LINE,COLUMN): error CODE: [System.SomeException: ]TEXT [PROJECT]
    [GeneratedRegex(@"(?<file>[^/\\\r\n]*?)(\(\d+,\d+\))? ?: error \w* ?: (?!.*task failed unexpectedly)([\w.]+Exception: )?(?<text>[^\r\n]*?)( \[[^\]\r\n]*\])?\r?$", RegexOptions.Multiline)]
    private static partial Regex Error();

    [LoggerMessage(4201, LogLevel.Information, "{Image} is in {Place}")]
    private static partial void LogBuilt(ILogger logger, string image, string place);
}
