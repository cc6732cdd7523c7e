using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace FooBar.Gateway.Listening;

/// <summary>
/// SO_REUSEPORT: several processes of one user listen on one port, and the kernel gives each new connection to one that is
/// alive. .NET has no name for the option, and its number differs between systems. Linux spreads connections evenly; macOS
/// prefers one process, which is enough for the other to take over.
/// </summary>
internal static class SharedPort
{
    private const int LinuxSocketLevel = 1;
    private const int LinuxReusePort = 15;
    private const int LinuxAttachFilter = 26;
    private const int MacSocketLevel = 0xffff;
    private const int MacReusePort = 0x0200;

    public static bool IsSupported => OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    public static void Allow(Socket socket)
    {
        var (level, option) = OperatingSystem.IsMacOS() ? (MacSocketLevel, MacReusePort) : (LinuxSocketLevel, LinuxReusePort);
        socket.SetRawSocketOption(level, option, BitConverter.GetBytes(1));
    }

    /// <summary>
    /// Makes a listening socket deaf for new connections, without a refusal: a client repeats its attempt after a second, and
    /// with this socket closed by then the kernel gives it to another process. False where the system has no such filter.
    /// </summary>
    public static bool TryIgnoreNewConnections(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        // Classic BPF on the TCP header, whose byte 13 holds the flags: drop what has SYN and no ACK, pass everything else.
        ReadOnlySpan<BpfInstruction> filter =
        [
            new(Code: 0x30, JumpTrue: 0, JumpFalse: 0, Value: 13),    // load byte 13
            new(Code: 0x54, JumpTrue: 0, JumpFalse: 0, Value: 0x12),  // and SYN | ACK
            new(Code: 0x15, JumpTrue: 0, JumpFalse: 1, Value: 0x02),  // if it is SYN alone
            new(Code: 0x06, JumpTrue: 0, JumpFalse: 0, Value: 0),     //   drop
            new(Code: 0x06, JumpTrue: 0, JumpFalse: 0, Value: uint.MaxValue),
        ];

        var instructions = GCHandle.Alloc(filter.ToArray(), GCHandleType.Pinned);
        try
        {
            var program = new BpfProgram((ushort)filter.Length, instructions.AddrOfPinnedObject());
            socket.SetRawSocketOption(LinuxSocketLevel, LinuxAttachFilter, MemoryMarshal.AsBytes(new ReadOnlySpan<BpfProgram>(in program)));
            return true;
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            instructions.Free();
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct BpfInstruction(ushort Code, byte JumpTrue, byte JumpFalse, uint Value);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct BpfProgram(ushort Length, nint Instructions);
}
