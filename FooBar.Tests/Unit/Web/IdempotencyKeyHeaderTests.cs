using FooBar.Web.Idempotency;
using Microsoft.Extensions.Primitives;

namespace FooBar.Tests.Unit.Web;

public sealed class IdempotencyKeyHeaderTests
{
    [Theory]
    [InlineData("8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324")]
    [InlineData("\"8e03978e\"", "8e03978e")]
    [InlineData(" k ", "k")]
    public void TryRead_WellFormed_IsTheKey(string header, string expected)
    {
        Assert.True(IdempotencyKeyHeader.TryRead(header, out var key));
        Assert.Equal(expected, key);
    }

    [Fact]
    public void TryRead_Absent_IsNoMistake()
    {
        Assert.True(IdempotencyKeyHeader.TryRead(StringValues.Empty, out var key));
        Assert.Null(key);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"\"")]
    [InlineData("\"")]
    [InlineData("two words")]
    [InlineData("one,two")]
    [InlineData("half\"quoted")]
    [InlineData("line\nfeed")]
    [InlineData("ümlaut")]
    public void TryRead_Malformed_IsAMistake(string header) => Assert.False(IdempotencyKeyHeader.TryRead(header, out _));

    [Fact]
    public void TryRead_TooLong_IsAMistake()
    {
        Assert.True(IdempotencyKeyHeader.TryRead(new string('k', 255), out _));
        Assert.False(IdempotencyKeyHeader.TryRead(new string('k', 256), out _));
    }

    [Fact]
    public void TryRead_SentTwice_IsAMistake() => Assert.False(IdempotencyKeyHeader.TryRead(new StringValues(["one", "two"]), out _));
}
