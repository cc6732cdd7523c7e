using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace FooBar.AppHost.Publishing.Images;

/// <summary>
/// Makes container images with the .NET SDK's own support for them, brings them into a form that depends on nothing but the
/// commit, and hands them to the local engine, to a registry, or to a folder of archives.
/// </summary>
/// <param name="archives">The folder for archives; null or empty: images go to the engine, and from there to their registry.</param>
/// <param name="logger">Is told of every finished image.</param>
internal sealed partial class ImageBuilder(string? archives, ILogger logger)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(15);

    /// <exception cref="PublishException">It was not made; the message says why and what to do.</exception>
    public async Task BuildAsync(ImageBuild build, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeLimit);
        var scratch = Directory.CreateTempSubdirectory("foobar-image-");
        try
        {
            var archive = Path.Combine(scratch.FullName, "image.tar");
            await MakeAsync(build, archive, limit.Token);
            await DeliverAsync(build, archive, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PublishException($"{build.Reference} was not finished within {TimeLimit.TotalMinutes:0} minutes: look for what hangs, the NuGet feed, the registry or the engine, then publish again.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new PublishException($"{build.Reference} could not be written ({failure.Message.TrimEnd('.')}): look at the free space of the disk and at who may write there, then publish again.", failure);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private static async Task MakeAsync(ImageBuild build, string archive, CancellationToken cancellationToken)
    {
        const string LayoutPrefix = "oci:";
        await using var layout = build.BaseImage?.StartsWith(LayoutPrefix, StringComparison.Ordinal) == true
            ? await LayoutRegistry.StartAsync(build.BaseImage[LayoutPrefix.Length..], cancellationToken)
            : null;

        // A folder of its own to publish to: the usual one still holds what earlier versions published.
        var made = archive + "-of-the-sdk";
        var start = new ProcessStartInfo("dotnet",
        [
            "publish", build.Project, "-c", "Release", "-t:PublishContainer", "--nologo", "-v:quiet", "-nodeReuse:false",
            $"-p:ContainerRepository={build.Repository}", $"-p:ContainerImageTag={build.Tag}", $"-p:ContainerArchiveOutputPath={made}", $"-p:PublishDir={archive}-published/",
        ]);
        if ((layout?.Image ?? build.BaseImage) is { Length: > 0 } baseImage)
        {
            start.ArgumentList.Add($"-p:ContainerBaseImage={baseImage}");
            start.ArgumentList.Add($"-p:ContainerBaseImageName={layout?.Name ?? baseImage}");
        }

        if (layout is not null)
        {
            start.ArgumentList.Add($"-p:ContainerBaseImageDigest={layout.Digest}");
            start.Environment["DOTNET_CONTAINER_INSECURE_REGISTRIES"] = layout.Address;
            start.Environment["NO_PROXY"] = $"127.0.0.1,{Environment.GetEnvironmentVariable("NO_PROXY")}";
        }

        var (exitCode, output) = await ChildProgram.RunAsync(start, cancellationToken);
        if (exitCode != 0)
        {
            throw new PublishException(BuildOutput.Failure(build, output));
        }

        var created = await SourceDate.OfAsync(Path.GetDirectoryName(Path.GetFullPath(build.Project))!, cancellationToken);
        await ReproducibleArchive.WriteAsync(made, archive, build.Reference, created, cancellationToken);
    }

    private async Task DeliverAsync(ImageBuild build, string archive, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(archives))
        {
            var path = Path.Combine(Directory.CreateDirectory(archives).FullName, $"{build.Repository.Replace('/', '-')}-{build.Tag}.tar");
            File.Copy(archive, path + ".unfinished", overwrite: true);
            File.Move(path + ".unfinished", path, overwrite: true);
            LogArchived(logger, build.Reference, path);
            return;
        }

        await EngineAsync(build, ["load", "--quiet", "--input", archive], "was built, and the engine did not take it", cancellationToken);
        if (string.IsNullOrEmpty(build.Registry))
        {
            LogLoaded(logger, build.Reference);
            return;
        }

        await EngineAsync(build, ["push", "--quiet", build.Reference], "was built, and the registry did not take it", cancellationToken);
        LogPushed(logger, build.Reference);
    }

    private static async Task EngineAsync(ImageBuild build, string[] arguments, string failure, CancellationToken cancellationToken)
    {
        var (exitCode, output) = await ChildProgram.RunAsync(new ProcessStartInfo("docker", arguments), cancellationToken);
        if (exitCode != 0)
        {
            throw new PublishException($"{build.Reference} {failure} ({output.Trim().Split('\n')[^1].Trim().TrimEnd('.')}): start the engine, log in with docker login, or write archives with FooBar:Publish:Archives=FOLDER.");
        }
    }

    [LoggerMessage(4201, LogLevel.Information, "{Reference} is in the local engine")]
    private static partial void LogLoaded(ILogger logger, string reference);

    [LoggerMessage(4202, LogLevel.Information, "{Reference} is in its registry")]
    private static partial void LogPushed(ILogger logger, string reference);

    [LoggerMessage(4203, LogLevel.Information, "{Reference} is in {Path}")]
    private static partial void LogArchived(ILogger logger, string reference, string path);
}
