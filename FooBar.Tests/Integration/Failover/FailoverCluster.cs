using FooBar.Tests.Support;
using Xunit;

namespace FooBar.Tests.Integration.Failover;

/// <summary>Two nodes and the journal that belongs to them, for all tests of a class.</summary>
public sealed class FailoverCluster : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("foobar-failover-");

    public MySqlNodes Nodes { get; } = new();

    public string Journal => Path.Combine(folder.FullName, "failover.journal");

    public Task InitializeAsync() => Nodes.InitializeAsync();

    public async Task DisposeAsync()
    {
        await Nodes.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
