using FooBar.Failover;
using FooBar.Failover.Act;
using MySqlConnector;

namespace FooBar.Tests.Unit.Failover;

public sealed class NodeConnectionsTests
{
    [Theory]
    [InlineData("", MySqlSslMode.Required, "")]
    [InlineData(";SslMode=None", MySqlSslMode.Required, "")]
    [InlineData(";SslMode=VerifyCA;SslCa=/ca.crt", MySqlSslMode.VerifyCA, "/ca.crt")]
    [InlineData(";SslMode=VerifyFull;SslCa=/ca.crt", MySqlSslMode.VerifyFull, "/ca.crt")]
    public void Settings_OfANode_AreEncryptedAtLeastAndVerifiedAsWritten(string tls, MySqlSslMode mode, string authority)
    {
        var account = new FailoverOptions.Account { User = "coordinator", Password = "p" };

        var settings = NodeConnections.Settings($"Server=mysql-0.mysql;User ID=root;Password=r{tls}", new FailoverOptions(), account);

        Assert.Equal((mode, authority), (settings.SslMode, settings.SslCa));
        Assert.Equal(("mysql-0.mysql", "coordinator", "p"), (settings.Server, settings.UserID, settings.Password));
    }
}
