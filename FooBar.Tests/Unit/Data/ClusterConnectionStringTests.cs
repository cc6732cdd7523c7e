using FooBar.Data.Topology;
using MySqlConnector;

namespace FooBar.Tests.Unit.Data;

public sealed class ClusterConnectionStringTests
{
    [Theory]
    [InlineData("db", "db:3306")]
    [InlineData("db:3307", "db:3307")]
    [InlineData("127.0.0.1:33061,127.0.0.1:33062", "127.0.0.1:33061 127.0.0.1:33062")]
    [InlineData(" mysql-1 , mysql-2:3307 ", "mysql-1:3306 mysql-2:3307")]
    [InlineData("[::1]:3307,[fe80::2]", "[::1]:3307 [fe80::2]:3306")]
    [InlineData("::1", "[::1]:3306")]
    public void Parse_Servers_YieldsOneNodeEach(string servers, string expected) =>
        Assert.Equal(expected, string.Join(' ', Parse($"Server={servers};Database=foobar").Nodes.Select(node => node.Endpoint)));

    [Fact]
    public void Parse_PortOption_IsTheDefaultOfHostsWithoutOne() =>
        Assert.Equal(["a:4000", "b:3307"], Parse("Server=a,b:3307;Port=4000").Nodes.Select(node => node.Endpoint.ToString()));

    [Fact]
    public void Parse_EverythingElse_IsTheSameForEveryNode()
    {
        var nodes = Parse("Host=a:1,b:2;Database=foobar;User ID=app;Password='p;w=1';SslMode=VerifyFull;SslCa=/etc/ca.crt").Nodes;

        Assert.Equal([("a", 1u), ("b", 2u)], nodes.Select(node => new MySqlConnectionStringBuilder(node.ConnectionString)).Select(node => (node.Server, node.Port)));
        Assert.All(nodes.Select(node => new MySqlConnectionStringBuilder(node.ConnectionString)), node =>
        {
            Assert.Equal("foobar", node.Database);
            Assert.Equal("app", node.UserID);
            Assert.Equal("p;w=1", node.Password);
            Assert.Equal((MySqlSslMode.VerifyFull, "/etc/ca.crt"), (node.SslMode, node.SslCa));
        });
    }

    [Theory]
    [InlineData(null, "is missing")]
    [InlineData("  ", "is missing")]
    [InlineData("Database=foobar;Password=secret", "names no server")]
    [InlineData("Server=a:x;Password=secret", "has 'a:x' where host:port is expected")]
    [InlineData("Server=a:0;Password=secret", "has 'a:0' where host:port is expected")]
    [InlineData("Server=a:65536;Password=secret", "has 'a:65536' where host:port is expected")]
    [InlineData("Server=a,,b;Password=secret", "has '' where host:port is expected")]
    [InlineData("Server=a:1,a:1;Password=secret", "names a:1 twice")]
    [InlineData("Server=a;Password=x;secret", "has an option that MySqlConnector does not know")]
    [InlineData("Server=a;Password=x;secret=1", "has an option that MySqlConnector does not know")]
    [InlineData("Server=a;Port=secret", "has an option that MySqlConnector does not know")]
    public void Parse_Mistake_IsOneSentenceWithoutThePassword(string? value, string expected)
    {
        var mistake = Assert.Throws<FormatException>(() => Parse(value));

        Assert.StartsWith($"The connection string 'foobar' {expected}", mistake.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings:foobar", mistake.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", mistake.ToString(), StringComparison.Ordinal);
    }

    private static ClusterConnectionString Parse(string? value) => ClusterConnectionString.Parse("foobar", value);
}
