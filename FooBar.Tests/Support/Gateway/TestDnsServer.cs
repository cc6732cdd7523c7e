using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FooBar.Tests.Support.Gateway;

internal enum DnsMood
{
    Answering,
    Failing,
    Silent,
}

/// <summary>
/// A name server (RFC 1035, UDP, A records), on port 53 of an address of its own because the system's resolver knows no other
/// port. For a test with one name that address is a loopback one, and <see cref="ResolverFile"/> is a resolv.conf that names it.
/// </summary>
internal sealed class TestDnsServer : IAsyncDisposable
{
    private const int HeaderLength = 12;
    private const int ServerFailure = 2;
    private const int NoSuchName = 3;
    private const int TypeA = 1;

    private readonly CancellationTokenSource _end = new();
    private readonly UdpClient _socket;
    private readonly Func<string, IPAddress[]?> _names;
    private readonly Task _serving;
    private volatile IPAddress[] _addresses = [];
    private volatile DnsMood _mood = DnsMood.Answering;
    private int _questions;

    public TestDnsServer(string folder)
    {
        var address = new IPAddress([127, 53, (byte)Random.Shared.Next(1, 255), (byte)Random.Shared.Next(1, 255)]);
        _socket = new UdpClient(new IPEndPoint(address, 53));
        _names = _ => _addresses;
        ResolverFile = Path.Combine(folder, "resolv.conf");
        File.WriteAllText(ResolverFile, $"nameserver {address}\noptions timeout:1 attempts:1\n");
        _serving = ServeAsync();
    }

    /// <param name="address">Where it listens.</param>
    /// <param name="names">The addresses of a name; null when there is no such name.</param>
    public TestDnsServer(IPAddress address, Func<string, IPAddress[]?> names)
    {
        _socket = new UdpClient(new IPEndPoint(address, 53));
        _names = names;
        ResolverFile = "";
        _serving = ServeAsync();
    }

    public string ResolverFile { get; }

    public int Questions => Volatile.Read(ref _questions);

    public DnsMood Mood
    {
        set => _mood = value;
    }

    /// <summary>What the name resolves to from now on; nothing is an answer without records.</summary>
    public void Resolve(params IPAddress[] addresses) => _addresses = addresses;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            var question = await _socket.ReceiveAsync(_end.Token);
            Interlocked.Increment(ref _questions);
            if (_mood != DnsMood.Silent)
            {
                await _socket.SendAsync(Answer(question.Buffer), question.RemoteEndPoint, _end.Token);
            }
        }
    }

    private byte[] Answer(byte[] question)
    {
        var end = HeaderLength;
        var labels = new List<string>();
        while (question[end] != 0)
        {
            labels.Add(Encoding.ASCII.GetString(question, end + 1, question[end]));
            end += question[end] + 1;
        }

        var type = BinaryPrimitives.ReadUInt16BigEndian(question.AsSpan(end + 1));
        var failing = _mood == DnsMood.Failing;
        var addresses = failing ? [] : _names(string.Join('.', labels).ToLowerInvariant());
        var records = addresses is null || type != TypeA ? [] : addresses;
        var code = failing ? ServerFailure : addresses is null ? NoSuchName : 0;

        // The question's id, "answer, recursion available" with the code, one question, the records; then the question itself.
        List<byte> answer = [question[0], question[1], 0x81, (byte)(0x80 | code), 0, 1, 0, (byte)records.Length, 0, 0, 0, 0];
        answer.AddRange(question[HeaderLength..(end + 5)]);
        foreach (var record in records)
        {
            // The name of the question, type A, class IN, no time to live, four bytes.
            answer.AddRange([0xC0, HeaderLength, 0, TypeA, 0, 1, 0, 0, 0, 0, 0, 4, .. record.GetAddressBytes()]);
        }

        return [.. answer];
    }
}
