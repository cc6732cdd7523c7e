using FooBar.Gateway;
using Microsoft.Extensions.Configuration;

namespace FooBar.Tests.Unit.Gateway;

public sealed class GatewayOptionsValidatorTests
{
    [Theory]
    [InlineData("localhost")]
    [InlineData("any")]
    [InlineData("0.0.0.0")]
    [InlineData("::1")]
    public void Validate_Defaults_AreValidOnEveryKindOfAddress(string address) =>
        Assert.Empty(Failures(new GatewayOptions { Address = address, ManagementAddress = address }));

    [Fact]
    public void Validate_EverythingWrong_NamesEveryKeyAtOnce()
    {
        var failures = Failures(new GatewayOptions
        {
            Application = " ",
            Address = "nowhere",
            HttpPort = 0,
            HttpsPort = 70_000,
            ManagementPort = 70_000,
            ManagementAddress = "somewhere",
            SilenceLimit = TimeSpan.Zero,
            Discovery = (ReplicaDiscovery)7,
            Dns = new DnsOptions { RefreshPeriod = TimeSpan.Zero, TimeLimit = TimeSpan.FromDays(60) },
            Certificate = new CertificateOptions { KeyPath = "/no/such.key" },
        });

        string[] keys =
        [
            "Gateway:HttpPort is 0", "Gateway:HttpsPort is 70000", "Gateway:ManagementPort is 70000",
            "Gateway:HttpsPort and Gateway:ManagementPort are both 70000", "Gateway:Certificate has a KeyPath", "Gateway:Certificate:KeyPath is '/no/such.key'",
            "Gateway:Address is 'nowhere'", "Gateway:ManagementAddress is 'somewhere'", "Gateway:SilenceLimit is 00:00:00", "Gateway:Application is empty",
            "Gateway:Discovery is '7'", "Gateway:Dns:RefreshPeriod is 00:00:00", "Gateway:Dns:TimeLimit is 60.00:00:00",
        ];
        Assert.Equal(keys.Length, failures.Count);
        Assert.All(keys, key => Assert.Contains(failures, failure => failure.StartsWith(key, StringComparison.Ordinal)));
    }

    [Fact]
    public void Validate_ReplicaWithoutAddress_IsNamedToo() =>
        Assert.Contains("services:web-1:http:0 is 'nonsense'", Assert.Single(Failures(new GatewayOptions(), "nonsense")), StringComparison.Ordinal);

    private static List<string> Failures(GatewayOptions options, string replica = "http://localhost:5101")
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("services:web-1:http:0", (string?)replica)])
            .Build();
        return [.. new GatewayOptionsValidator(configuration).Validate(name: null, options).Failures ?? []];
    }
}
