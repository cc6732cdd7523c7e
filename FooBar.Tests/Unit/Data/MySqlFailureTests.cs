using System.Net.Sockets;
using FooBar.Data.Routing;
using MySqlConnector;

namespace FooBar.Tests.Unit.Data;

public sealed class MySqlFailureTests
{
    [Theory]
    [InlineData(1042, true, false)] // cannot connect
    [InlineData(1040, true, false)] // too many connections
    [InlineData(1053, true, false)] // shutdown in progress
    [InlineData(0, true, false)] // broken while an answer was read
    [InlineData(3032, true, false)] // offline mode: may end a commit that survives
    [InlineData(1290, false, true)] // super_read_only
    [InlineData(1836, false, true)] // read-only mode
    [InlineData(1062, false, false)] // duplicate key
    [InlineData(1064, false, false)] // syntax
    [InlineData(1213, false, false)] // deadlock
    public void Classes_ErrorCode_TellTheNodeFromTheStatement(int code, bool connection, bool fenced)
    {
        Assert.Equal(connection, MySqlFailure.IsConnection((MySqlErrorCode)code));
        Assert.Equal(fenced, MySqlFailure.IsFenced((MySqlErrorCode)code));
    }

    [Theory]
    [InlineData(1205, true)] // lock wait timeout
    [InlineData(1213, true)] // deadlock
    [InlineData(1317, true)] // KILL QUERY
    [InlineData(1021, true)] // disk full
    [InlineData(1062, false)] // duplicate key
    [InlineData(1064, false)] // syntax
    public void IsPassing_ErrorCode_TellsWhatIsWorthAnotherAttempt(int code, bool passing) =>
        Assert.Equal(passing, MySqlFailure.IsPassing((MySqlErrorCode)code));

    [Fact]
    public void IsConnection_FailuresOfTheNetwork_AreSome()
    {
        Assert.True(MySqlFailure.IsConnection(new IOException()));
        Assert.True(MySqlFailure.IsConnection(new SocketException()));
        Assert.True(MySqlFailure.IsConnection(new TimeoutException()));
        Assert.False(MySqlFailure.IsConnection(new OperationCanceledException()));
        Assert.False(MySqlFailure.IsConnection(new InvalidOperationException()));
    }
}
