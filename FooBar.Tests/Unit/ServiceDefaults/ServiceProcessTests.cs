using FooBar.ServiceDefaults.Startup;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace FooBar.Tests.Unit.ServiceDefaults;

public sealed class ServiceProcessTests
{
    [Fact]
    public void Explain_WhatAnOperatorCanPutRight_IsALineEachHoweverDeepItIs()
    {
        var options = new OptionsValidationException("", typeof(object), ["port is 0", "address is nowhere"]);
        var startup = new StartupException("the port is taken");

        Assert.Equal(["port is 0", "address is nowhere"], ServiceProcess.Explain(new InvalidOperationException("wrapped", options)));
        Assert.Equal(
            ["the port is taken", "port is 0", "address is nowhere"],
            ServiceProcess.Explain(new AggregateException(startup, options)));
    }

    [Fact]
    public void Explain_SettingOfAWrongType_NamesItsKey()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("Gateway:Port", (string?)"x")]).Build();

        var failure = Assert.Throws<InvalidOperationException>(() => configuration.GetValue<int>("Gateway:Port"));

        Assert.Contains("'Gateway:Port'", Assert.Single(ServiceProcess.Explain(failure)), StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_WhatNobodyPlanned_KeepsItsStackTrace() =>
        Assert.Empty(ServiceProcess.Explain(new InvalidOperationException("a defect")));
}
