using MySqlConnector;

namespace FooBar.Tests.Unit.Connectors;

/// <summary>What FooBar relies on in MySqlConnector's connection strings; the same with the package and with its stand-in.</summary>
public sealed class ConnectionStringTests
{
    [Theory]
    [InlineData("Server=db;Port=3307;User ID=u;Password=p;Database=d")]
    [InlineData("host=db;port=3307;uid=u;pwd=p;initial catalog=d")]
    [InlineData("Data Source=db;Port=3307;Username=u;Password=p;Database=d")]
    [InlineData("ADDRESS=db;Port=3307;User name=u;PWD=p;database=d")]
    public void Keyword_ByAnySynonym_IsTheSameOption(string text)
    {
        var settings = new MySqlConnectionStringBuilder(text);

        Assert.Equal(("db", 3307u, "u", "p", "d"), (settings.Server, settings.Port, settings.UserID, settings.Password, settings.Database));
    }

    [Fact]
    public void Defaults_AreThoseThatFooBarCountsOn()
    {
        var settings = new MySqlConnectionStringBuilder();

        Assert.Equal(MySqlSslMode.Preferred, settings.SslMode);
        Assert.Equal((true, 0u, 100u), (settings.Pooling, settings.MinimumPoolSize, settings.MaximumPoolSize));
        Assert.Equal((true, 180u), (settings.ConnectionReset, settings.ConnectionIdleTimeout));
        Assert.Equal((15u, 30u, 2), (settings.ConnectionTimeout, settings.DefaultCommandTimeout, settings.CancellationTimeout));
        Assert.False(settings.AllowUserVariables || settings.AllowPublicKeyRetrieval || settings.UseAffectedRows || settings.PersistSecurityInfo);
        Assert.True(settings.TreatTinyAsBoolean);
    }

    [Fact]
    public void Rendering_OfMixedSynonyms_UsesCanonicalNamesInTheirOrder() =>
        Assert.Equal(
            "Server=db;Port=3307;User ID=u;Password=\"a;b\";SSL Mode=Required;Pooling=False;Maximum Pool Size=8;Allow User Variables=True;Connection Timeout=3;Default Command Timeout=9",
            new MySqlConnectionStringBuilder("command timeout=9;sslmode=required;max pool size=8;uid=u;pwd=\"a;b\";pooling=no;connect timeout=3;allowuservariables=yes;host=db;port=3307").ConnectionString);

    [Fact]
    public void Rendering_AfterAnOptionWasSetToNull_LeavesItOut()
    {
        var settings = new MySqlConnectionStringBuilder("Server=db;Database=d;Password=p") { Database = null, Password = null };

        Assert.Equal("Server=db", settings.ConnectionString);
        Assert.Equal("", settings.Database);
    }

    [Theory]
    [InlineData("Sever=db")]
    [InlineData("Server=db;SslMode=Sometimes")]
    [InlineData("Server=db;Port=x")]
    [InlineData("Server=db;Pooling=maybe")]
    public void Parsing_OfWhatIsNoOptionOrNoValueOfIt_Throws(string text) =>
        Assert.Throws<ArgumentException>(() => new MySqlConnectionStringBuilder(text));

    [Theory]
    [InlineData("SslCa")]
    [InlineData("CA Certificate File")]
    public void SslCa_ByAnySynonym_SurvivesRendering(string name) =>
        Assert.Equal("Server=db;SSL Mode=VerifyFull;SSL CA=/etc/ca.crt", new MySqlConnectionStringBuilder($"{name}=/etc/ca.crt;SslMode=VerifyFull;Server=db").ConnectionString);

    [Theory]
    [InlineData("None")]
    [InlineData("Disabled")]
    public void SslMode_ByEitherNameOfNone_IsNone(string name) =>
        Assert.Equal(MySqlSslMode.None, new MySqlConnectionStringBuilder($"SslMode={name}").SslMode);
}
