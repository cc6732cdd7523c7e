using FooBar.Tests.Support;
using Xunit;

namespace FooBar.Tests.Integration.Failover;

/// <summary>Nodes and the journal that belongs to them, for all tests of a class.</summary>
public class FailoverCluster : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("foobar-failover-");

    public FailoverCluster()
        : this(count: 2)
    {
    }

    protected FailoverCluster(int count) => Nodes = new(authority: null, count);

    public MySqlNodes Nodes { get; }

    public string Journal => Path.Combine(folder.FullName, "failover.journal");

    public Task InitializeAsync() => Nodes.InitializeAsync();

    public async Task DisposeAsync()
    {
        await Nodes.DisposeAsync();
        folder.Delete(recursive: true);
    }
}

/// <summary>A primary and two replicas.</summary>
public sealed class ThreeNodeCluster() : FailoverCluster(count: 3);
