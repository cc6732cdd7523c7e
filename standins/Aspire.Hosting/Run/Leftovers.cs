using System.Globalization;
using DockerEngine;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Run;

/// <summary>Removes what an AppHost that was killed left running, and nothing that a living one owns.</summary>
internal static class Leftovers
{
    /// <summary>The label by which every container and network of an AppHost names its owner.</summary>
    public const string OwnerLabel = "aspire-standin.owner";

    /// <summary>The variable by which every process that an AppHost starts names its owner, and so does each of its children.</summary>
    public const string OwnerVariable = "ASPIRE_STANDIN_OWNER";

    public static async Task RemoveProcessesAsync(ILogger logger, CancellationToken cancellationToken)
    {
        List<string> killed = [];
        foreach (var folder in Directory.Exists("/proc") ? Directory.EnumerateDirectories("/proc") : [])
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) && OwnerOf(folder) is { } owner && Owner.IsGone(owner))
            {
                logger.LogInformation("Ending process {ProcessId}, left behind by an AppHost that was killed.", pid);
                Signals.Kill(pid);
                killed.Add(folder);
            }
        }

        // Their ports are free when they are gone.
        for (var attempt = 0; attempt < 40 && killed.Exists(f => OwnerOf(f) is not null); attempt++)
        {
            await Task.Delay(50, cancellationToken);
        }
    }

    public static async Task RemoveContainersAsync(DockerClient engine, ILogger logger, CancellationToken cancellationToken)
    {
        foreach (var container in await engine.Containers.ListAsync([OwnerLabel], cancellationToken))
        {
            if (Owner.IsGone(container.Labels[OwnerLabel]))
            {
                logger.LogInformation("Removing container {Container}, left behind by an AppHost that was killed.", container.Names[0].TrimStart('/'));
                await engine.Containers.RemoveAsync(container.Id, cancellationToken);
            }
        }

        foreach (var network in await engine.Networks.ListAsync([OwnerLabel], cancellationToken))
        {
            if (network.Labels is { } labels && Owner.IsGone(labels[OwnerLabel]))
            {
                await engine.Networks.RemoveAsync(network.Id, cancellationToken);
            }
        }
    }

    private static string? OwnerOf(string processFolder)
    {
        try
        {
            return File.ReadAllText(processFolder + "/environ").Split('\0')
                .FirstOrDefault(v => v.StartsWith(OwnerVariable + "=", StringComparison.Ordinal))?[(OwnerVariable.Length + 1)..];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended just now, or it is another user's.
            return null;
        }
    }
}
