using DockerEngine;
using DotNet.Testcontainers.Networks;
using DotNet.Testcontainers.Volumes;

namespace DotNet.Testcontainers
{
    public interface IFutureResource
    {
        Task CreateAsync(CancellationToken ct = default);

        Task DeleteAsync(CancellationToken ct = default);
    }

    /// <summary>A network or a volume: made once, on demand, and removed with its object.</summary>
    internal sealed class Resource(
        string name,
        Func<DockerClient, CancellationToken, Task> create,
        Func<DockerClient, CancellationToken, Task> delete) : INetwork, IVolume
    {
        private readonly SemaphoreSlim _turn = new(1);
        private bool _exists;

        public string Name => name;

        public async Task CreateAsync(CancellationToken ct = default)
        {
            await _turn.WaitAsync(ct);
            try
            {
                if (!_exists)
                {
                    await create(await Engine.GetAsync(ct), ct);
                    _exists = true;
                }
            }
            finally
            {
                _turn.Release();
            }
        }

        public async Task DeleteAsync(CancellationToken ct = default)
        {
            if (_exists)
            {
                await delete(await Engine.GetAsync(ct), ct);
                _exists = false;
            }
        }

        public async ValueTask DisposeAsync() => await DeleteAsync();
    }
}

namespace DotNet.Testcontainers.Networks
{
    public interface INetwork : IFutureResource, IAsyncDisposable
    {
        string Name { get; }
    }
}

namespace DotNet.Testcontainers.Volumes
{
    public interface IVolume : IFutureResource, IAsyncDisposable
    {
        string Name { get; }
    }
}

namespace DotNet.Testcontainers.Builders
{
    public sealed class NetworkBuilder
    {
        private string _name = $"{Guid.NewGuid():D}";

        private bool _cleanUp = true;

        public NetworkBuilder WithName(string name) => new() { _name = name, _cleanUp = _cleanUp };

        public NetworkBuilder WithCleanUp(bool cleanUp) => new() { _name = _name, _cleanUp = cleanUp };

        public INetwork Build() => new Resource(_name,
            (engine, ct) => engine.Networks.CreateAsync(_name, Labels.For(_cleanUp), ct),
            (engine, ct) => engine.Networks.RemoveAsync(_name, ct));
    }

    public sealed class VolumeBuilder
    {
        private string _name = $"{Guid.NewGuid():D}";

        private bool _cleanUp = true;

        public VolumeBuilder WithName(string name) => new() { _name = name, _cleanUp = _cleanUp };

        public VolumeBuilder WithCleanUp(bool cleanUp) => new() { _name = _name, _cleanUp = cleanUp };

        public IVolume Build() => new Resource(_name,
            (engine, ct) => engine.Volumes.CreateAsync(_name, Labels.For(_cleanUp), ct),
            (engine, ct) => engine.Volumes.RemoveAsync(_name, ct));
    }

    internal static class Labels
    {
        public static IReadOnlyDictionary<string, string> For(bool cleanUp) =>
            cleanUp ? new Dictionary<string, string> { [Engine.OwnerLabel] = Owner.Current } : [];
    }
}
