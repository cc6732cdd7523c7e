using System.Net;
using System.Net.Sockets;

namespace FooBar.Gateway.Listening;

/// <summary>
/// SO_REUSEPORT: several processes of one user listen on one port, and the kernel gives each new connection to one that is
/// alive. .NET has no name for the option, and its number differs between systems. Linux spreads connections evenly; macOS
/// prefers one process, which is enough for the other to take over.
/// </summary>
internal static class SharedPort
{
    public static bool IsSupported => OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    public static void Allow(Socket socket)
    {
        var (level, option) = OperatingSystem.IsMacOS() ? (0xffff, 0x0200) : (1, 15);
        socket.SetRawSocketOption(level, option, BitConverter.GetBytes(1));
    }
}
