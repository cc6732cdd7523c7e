using FooBar.Failover.Act;
using Xunit;

namespace FooBar.Tests.Unit.Failover;

public sealed class ErrantTransactionsTests
{
    [Fact]
    public void Statement_WithBytesThatAreNoText_CanBeReadAndLosesNone() => Assert.Equal(
        @"INSERT 'ä🙂' \x00\xff\x80 end",
        ErrantTransactions.Readable([.. "INSERT 'ä🙂' "u8, 0x00, 0xff, 0x80, .. " end"u8]));
}
