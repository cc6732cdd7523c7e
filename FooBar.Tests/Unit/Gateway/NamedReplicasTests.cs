using System.Net;
using System.Net.Sockets;
using FooBar.Gateway;
using FooBar.Gateway.Discovery;
using FooBar.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace FooBar.Tests.Unit.Gateway;

public sealed class NamedReplicasTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly GatewayOptions _options = new() { Discovery = ReplicaDiscovery.Dns };
    private readonly ScriptedLookup _lookup = new();
    private readonly Lines _log = new();
    private readonly NamedReplicas _resolver;

    public NamedReplicasTests() => _resolver = new NamedReplicas(_lookup, Options.Create(_options), TimeProvider.System, _log);

    [Fact]
    public async Task Resolve_SeveralAddresses_AreAReplicaEachThatKeepsTheNameAsHost()
    {
        _lookup.Answer = Addresses("10.0.0.8", "fd00::7", "10.0.0.8");

        var found = await ResolveAsync(("web", "http://web.site:8080/base"));

        Assert.Equal(
            [
                ("10.0.0.8:8080", "http://10.0.0.8:8080/base", "web.site:8080"),
                ("[fd00::7]:8080", "http://[fd00::7]:8080/base", "web.site:8080"),
            ],
            found.Destinations.Select(found => (found.Key, found.Value.Address, found.Value.Host)).Order());
        Assert.Equal("web.site resolves to 10.0.0.8, fd00::7.", Assert.Single(_log.Written));
    }

    [Fact]
    public async Task Resolve_ConfiguredAddresses_AreReplicasAsTheyAre()
    {
        _lookup.Answer = Addresses("10.0.0.8");

        var found = await ResolveAsync(("web-1", "http://127.0.0.1:5101/"), ("web-2", "http://[::1]:5102/"), ("web", "http://web/"));

        Assert.Equal(["10.0.0.8:80", "web-1", "web-2"], found.Destinations.Keys.Order());
        Assert.Equal(["web"], _lookup.Asked);
    }

    [Fact]
    public async Task Resolve_OneAddressBehindTwoNames_IsOneReplica()
    {
        _lookup.Answer = Addresses("10.0.0.8");

        var found = await ResolveAsync(("web", "http://web:8080"), ("web:1", "http://alias:8080"));

        Assert.Equal("10.0.0.8:8080", Assert.Single(found.Destinations.Keys));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Resolve_NoGoodAnswer_KeepsTheLastOneAndSaysSoOnce(bool empty)
    {
        _lookup.Answer = Addresses("10.0.0.8");
        await ResolveAsync(("web", "http://web"));

        _lookup.Answer = empty ? Addresses() : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.TryAgain));
        await ResolveAsync(("web", "http://web"));
        var kept = await ResolveAsync(("web", "http://web"));
        _lookup.Answer = Addresses("10.0.0.9");
        var next = await ResolveAsync(("web", "http://web"));

        Assert.Equal("10.0.0.8:80", Assert.Single(kept.Destinations.Keys));
        Assert.NotNull(kept.ChangeToken);
        Assert.Equal("10.0.0.9:80", Assert.Single(next.Destinations.Keys));
        Assert.Equal(3, _log.Written.Count);
        Assert.StartsWith("web does not resolve, its 1 known addresses stay in use: ", _log.Written[1], StringComparison.Ordinal);
        Assert.Equal("web resolves to 10.0.0.9.", _log.Written[2]);
    }

    [Fact]
    public async Task Resolve_NeverAGoodAnswer_IsNoReplicaAndNoException()
    {
        _lookup.Answer = Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));

        var found = await ResolveAsync(("web", "http://web"));

        Assert.Empty(found.Destinations);
        Assert.NotNull(found.ChangeToken);
    }

    [Fact]
    public async Task Resolve_LookupThatHangs_IsGivenUpNotRepeatedAndItsLateAnswerTaken()
    {
        _options.Dns.TimeLimit = TimeSpan.FromMilliseconds(100);
        var late = new TaskCompletionSource<IPAddress[]>();
        _lookup.Answer = late.Task;

        Assert.Empty((await ResolveAsync(("web", "http://web"))).Destinations);
        Assert.Empty((await ResolveAsync(("web", "http://web"))).Destinations);
        late.SetResult([IPAddress.Parse("10.0.0.8")]);
        var found = await ResolveAsync(("web", "http://web"));

        Assert.Equal("10.0.0.8:80", Assert.Single(found.Destinations.Keys));
        Assert.Equal(["web"], _lookup.Asked);
    }

    [Fact]
    public async Task Resolve_AfterTheRefreshPeriod_AsksForTheNextTime()
    {
        _options.Dns.RefreshPeriod = TimeSpan.FromMilliseconds(300);
        _lookup.Answer = Addresses("10.0.0.8");

        var found = await ResolveAsync(("web", "http://web"));

        Assert.False(found.ChangeToken!.HasChanged);
        await Eventually.Within(Limit, () => Assert.True(found.ChangeToken.HasChanged));
    }

    [Fact]
    public async Task Resolve_DiscoveryByConfiguration_LooksNothingUp()
    {
        _options.Discovery = ReplicaDiscovery.Configuration;

        var found = await ResolveAsync(("web-1", "http://localhost:5101"));

        Assert.Equal("http://localhost:5101", Assert.Single(found.Destinations).Value.Address);
        Assert.Null(found.ChangeToken);
        Assert.Empty(_lookup.Asked);
    }

    private static Task<IPAddress[]> Addresses(params string[] addresses) => Task.FromResult(addresses.Select(IPAddress.Parse).ToArray());

    private async Task<ResolvedDestinationCollection> ResolveAsync(params (string Name, string Address)[] destinations) =>
        await _resolver.ResolveDestinationsAsync(
            destinations.ToDictionary(entry => entry.Name, entry => new DestinationConfig { Address = entry.Address }),
            CancellationToken.None).AsTask().WaitAsync(Limit);

    private sealed class ScriptedLookup : IAddressLookup
    {
        public Task<IPAddress[]> Answer { get; set; } = Task.FromResult<IPAddress[]>([]);

        public List<string> Asked { get; } = [];

        public Task<IPAddress[]> FindAsync(string host)
        {
            Asked.Add(host);
            return Answer;
        }
    }

    private sealed class Lines : ILogger<NamedReplicas>
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add(formatter(state, exception));
    }
}
