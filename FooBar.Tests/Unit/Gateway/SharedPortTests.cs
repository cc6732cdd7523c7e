using System.Net;
using System.Net.Sockets;
using FooBar.Gateway.Listening;
using FooBar.Tests.Support;

namespace FooBar.Tests.Unit.Gateway;

public sealed class SharedPortTests
{
    [Fact]
    public async Task IgnoreNewConnections_OneOfTwoListeners_KeepsWhatHasArrivedAndLeavesTheRestToTheOther()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var port = FreePort.Next();
        using var leaving = Listen(port);
        using var early = await ConnectAsync(port, limit.Token);
        using var staying = Listen(port);

        Assert.Equal(OperatingSystem.IsLinux(), SharedPort.TryIgnoreNewConnections(leaving));
        using var accepted = await leaving.AcceptAsync(limit.Token);
        var attempts = Enumerable.Range(0, 20).Select(_ => ConnectAsync(port, limit.Token)).ToList();
        await staying.AcceptAsync(limit.Token);
        leaving.Dispose();

        var sockets = await Task.WhenAll(attempts);

        Assert.All(sockets, socket => Assert.True(socket.Connected));
        Array.ForEach(sockets, socket => socket.Dispose());
    }

    [Fact]
    public async Task IgnoreNewConnections_TheOnlyListener_LetsAnAttemptWaitAndDoesNotRefuseIt()
    {
        var port = FreePort.Next();
        using var listener = Listen(port);
        Assert.Equal(OperatingSystem.IsLinux(), SharedPort.TryIgnoreNewConnections(listener));
        using var shortTime = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ConnectAsync(port, shortTime.Token));
    }

    private static Socket Listen(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        SharedPort.Allow(socket);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        socket.Listen(100);
        return socket;
    }

    private static async Task<Socket> ConnectAsync(int port, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, ct);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
