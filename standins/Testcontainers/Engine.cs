using DockerEngine;

namespace DotNet.Testcontainers;

/// <summary>
/// One connection to the engine for the process. In place of Ryuk, which would need a registry: everything carries a label that names
/// its owner; an owner removes its own at its exit, and at the first use those whose owner was killed.
/// </summary>
internal static class Engine
{
    public const string OwnerLabel = "foobar.testcontainers.owner";

    private static readonly Lazy<Task<DockerClient>> Ready = new(ConnectAsync);

    public static Task<DockerClient> GetAsync(CancellationToken cancellationToken) => Ready.Value.WaitAsync(cancellationToken);

    private static async Task<DockerClient> ConnectAsync()
    {
        var engine = new DockerClient();
        await engine.PingAsync(CancellationToken.None);
        await RemoveAsync(engine, Owner.IsGone);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => RemoveAsync(engine, owner => owner == Owner.Current).Wait(TimeSpan.FromSeconds(10));
        return engine;
    }

    private static async Task RemoveAsync(DockerClient engine, Predicate<string> owns)
    {
        foreach (var container in await engine.Containers.ListAsync([OwnerLabel], CancellationToken.None))
        {
            if (Owns(container.Labels))
            {
                await engine.Containers.RemoveAsync(container.Id, CancellationToken.None);
            }
        }

        foreach (var network in await engine.Networks.ListAsync([OwnerLabel], CancellationToken.None))
        {
            if (Owns(network.Labels))
            {
                await engine.Networks.RemoveAsync(network.Id, CancellationToken.None);
            }
        }

        foreach (var volume in await engine.Volumes.ListAsync([OwnerLabel], CancellationToken.None))
        {
            if (Owns(volume.Labels))
            {
                await engine.Volumes.RemoveAsync(volume.Name, CancellationToken.None);
            }
        }

        bool Owns(IReadOnlyDictionary<string, string>? labels) => labels is not null && owns(labels[OwnerLabel]);
    }
}
