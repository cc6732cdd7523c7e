using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FooBar.Tests.Support;
using MySqlConnector;

namespace FooBar.Tests.Integration.Connectors;

/// <summary>A peer that accepts TCP and then says nothing, as a proxy in front of a hung server does.</summary>
public sealed class SilentServerTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public SilentServerTests() => _listener.Start();

    private string ConnectionString => $"Server=127.0.0.1;Port={((IPEndPoint)_listener.LocalEndpoint).Port};User ID=u;Password=p;SslMode=Required";

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Open_AtItsTimeout_FailsAndHangsUp()
    {
        await using var connection = new MySqlConnection(ConnectionString + ";Connection Timeout=1");
        var begun = Stopwatch.GetTimestamp();

        var failure = await Assert.ThrowsAsync<MySqlException>(() => connection.OpenAsync(CancellationToken.None));

        Assert.Equal(MySqlErrorCode.UnableToConnectToHost, failure.ErrorCode);
        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(5));
        await AssertHungUpAsync();
    }

    [Fact]
    public async Task Open_Cancelled_EndsByItsTimeoutAsCancelledAndHangsUp()
    {
        // MySqlConnector looks at the token only when the peer says something, or at the timeout.
        await using var connection = new MySqlConnection(ConnectionString + ";Connection Timeout=2");
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        var begun = Stopwatch.GetTimestamp();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connection.OpenAsync(cancellation.Token));

        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        await AssertHungUpAsync();
    }

    private async Task AssertHungUpAsync()
    {
        using var peer = await _listener.AcceptSocketAsync();
        await Eventually.Within(TimeSpan.FromSeconds(3), async ct => await peer.ReceiveAsync(new byte[1], ct) == 0);
    }
}
