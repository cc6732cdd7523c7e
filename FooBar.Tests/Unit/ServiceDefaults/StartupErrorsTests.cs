using System.Net.Sockets;
using FooBar.ServiceDefaults.Startup;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace FooBar.Tests.Unit.ServiceDefaults;

public sealed class StartupErrorsTests
{
    [Fact]
    public void Explain_WhatAnOperatorCanCorrect_IsALineEachHoweverDeepItIs()
    {
        var options = new OptionsValidationException("", typeof(object), ["port is 0", "address is nowhere"]);
        var startup = new StartupException("the port is taken");

        Assert.Equal(["port is 0", "address is nowhere"], StartupErrors.Explain(new InvalidOperationException("wrapped", options)));
        Assert.Equal(
            ["the port is taken", "port is 0", "address is nowhere"],
            StartupErrors.Explain(new AggregateException(startup, options)));
    }

    [Fact]
    public void Explain_SettingOfAWrongType_NamesItsKey()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("Gateway:Port", (string?)"x")]).Build();

        var failure = Assert.Throws<InvalidOperationException>(() => configuration.GetValue<int>("Gateway:Port"));

        Assert.Contains("'Gateway:Port'", Assert.Single(StartupErrors.Explain(failure)), StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_AddressThatKestrelCannotBind_NamesTheRemedy()
    {
        var taken = new IOException("Failed to bind to address http://[::]:80: address already in use.", new AddressInUseException("in use"));

        Assert.Equal(
            "Failed to bind to address http://[::]:80: address already in use. End the program that listens there, or set ASPNETCORE_URLS to a free port.",
            Assert.Single(StartupErrors.Explain(taken)));
        Assert.Contains("ASPNETCORE_URLS", Assert.Single(StartupErrors.Explain(new SocketException((int)SocketError.AccessDenied))), StringComparison.Ordinal);
        Assert.Contains("ASPNETCORE_URLS", Assert.Single(StartupErrors.Explain(new SocketException((int)SocketError.AddressNotAvailable))), StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_AnyOtherException_KeepsItsStackTrace()
    {
        Assert.Empty(StartupErrors.Explain(new InvalidOperationException("a defect")));
        Assert.Empty(StartupErrors.Explain(new SocketException((int)SocketError.ConnectionRefused)));
    }
}
