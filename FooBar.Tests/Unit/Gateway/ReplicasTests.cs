using FooBar.Gateway.Routing;
using Microsoft.Extensions.Configuration;

namespace FooBar.Tests.Unit.Gateway;

public sealed class ReplicasTests
{
    [Fact]
    public void Discover_NumberedReplicasAmongOtherServices_FindsOnlyTheApplications()
    {
        var replicas = Discover(
            ("services:web-1:http:0", "http://localhost:5101"),
            ("services:web-2:http:0", "http://localhost:5102"),
            ("services:web:http:0", "http://web"),
            ("services:website:http:0", "http://localhost:1"),
            ("services:web-admin:http:0", "http://localhost:2"),
            ("services:web-:http:0", "http://localhost:3"),
            ("services:mysql-1:tcp:0", "tcp://localhost:4"));

        Assert.Empty(replicas.Mistakes);
        Assert.Equal(
            [("web", "http://web/"), ("web-1", "http://localhost:5101/"), ("web-2", "http://localhost:5102/")],
            replicas.Found.Select(replica => (replica.Name, replica.Address.AbsoluteUri)).Order());
    }

    [Fact]
    public void Discover_SeveralAddressesUnderOneName_AreAReplicaEach()
    {
        var replicas = Discover(("services:web:http:0", "http://a"), ("services:web:http:1", "http://b"));

        Assert.Equal(["web", "web:1"], replicas.Found.Select(replica => replica.Name));
    }

    [Theory]
    [InlineData("localhost:5101")]
    [InlineData("ftp://localhost")]
    [InlineData("")]
    public void Discover_NoHttpAddress_IsAMistakeWithItsKey(string address)
    {
        var replicas = Discover(("services:web-1:http:0", address), ("services:web-2:http:0", "http://localhost:5102"));

        Assert.Equal($"services:web-1:http:0 is '{address}': give an address like http://localhost:5101.", Assert.Single(replicas.Mistakes));
        Assert.Equal("web-2", Assert.Single(replicas.Found).Name);
    }

    [Fact]
    public void Discover_Nothing_SaysWhichVariableIsMissing() =>
        Assert.Contains("services__web-1__http__0", Assert.Single(Discover().Mistakes), StringComparison.Ordinal);

    private static Replicas Discover(params (string Key, string Value)[] settings) => Replicas.Discover(
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            .Build(),
        "web");
}
