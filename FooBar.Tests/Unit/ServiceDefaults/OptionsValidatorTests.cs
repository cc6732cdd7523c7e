using FooBar.ServiceDefaults.Proxies;
using FooBar.ServiceDefaults.Shutdown;

namespace FooBar.Tests.Unit.ServiceDefaults;

public sealed class OptionsValidatorTests
{
    [Theory]
    [InlineData(2, 4, "")]
    [InlineData(0, 1, "")]
    [InlineData(3, 4, "")]
    [InlineData(-1, 4, "Shutdown:DrainFor is -00:00:01")]
    [InlineData(2, 0, "Shutdown:FinishWithin is 00:00:00")]
    [InlineData(4, 4, "Shutdown:DrainFor and Shutdown:FinishWithin come to 00:00:08")]
    public void ShutdownOptions_Validated_KeepTheWholeStopUnderItsLimit(int drain, int finish, string expected)
    {
        var options = new ShutdownOptions { DrainFor = TimeSpan.FromSeconds(drain), FinishWithin = TimeSpan.FromSeconds(finish) };

        var failures = new ShutdownOptionsValidator().Validate(name: null, options).Failures ?? [];

        Assert.StartsWith(expected, failures.SingleOrDefault(""), StringComparison.Ordinal);
        Assert.Equal(expected.Length == 0, !failures.Any());
    }

    [Fact]
    public void TrustedNetworks_NotInCidrNotation_AreAllNamed()
    {
        var options = new TrustedProxiesOptions { TrustedNetworks = { "10.0.0.0/8", "10.0.0.0/33", "fd00::/8", "gateway" } };

        var failures = new TrustedProxiesOptionsValidator().Validate(name: null, options).Failures ?? [];

        Assert.Collection(
            failures,
            failure => Assert.StartsWith("ForwardedHeaders:TrustedNetworks:1 is '10.0.0.0/33'", failure, StringComparison.Ordinal),
            failure => Assert.StartsWith("ForwardedHeaders:TrustedNetworks:3 is 'gateway'", failure, StringComparison.Ordinal));
    }
}
