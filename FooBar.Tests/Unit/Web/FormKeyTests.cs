using FooBar.Web.Idempotency;

namespace FooBar.Tests.Unit.Web;

public sealed class FormKeyTests
{
    [Fact]
    public void Parse_WhatAFormCarries_IsTheSameKey()
    {
        var key = FormKey.New();

        Assert.Equal(key, FormKey.Parse(key.ToString(), null));
        Assert.NotEqual(key, FormKey.New());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("no key")]
    public void Parse_NoKey_IsANewOne(string? text)
    {
        Assert.True(FormKey.TryParse(text, null, out var key));
        Assert.Equal(32, key.ToString().Length);
    }
}
