using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FooBar.Failover.Journal;

/// <summary>
/// A file of one line per entry, appended and flushed to the disk. Each line carries its number and a checksum, so that a
/// line torn by a crash, which nobody acted on, is told from a damaged file, which nobody may act on.
/// </summary>
internal sealed class FileJournal(string path, TimeProvider clock) : IJournal, IDisposable
{
    private const int ChecksumLength = 16;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    private readonly SemaphoreSlim gate = new(1, 1);
    private FileStream? file;
    private long number;

    public JournalEntry Current { get; private set; } = JournalEntry.Empty;

    public async Task<JournalEntry> ReadAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            file ??= Open();
            file.Position = 0;
            var bytes = new byte[file.Length];
            await file.ReadExactlyAsync(bytes, cancellationToken);

            var (entry, last, intact) = Parse(bytes);
            file.SetLength(intact);
            file.Position = intact;
            number = last;
            return Current = entry;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"The journal {path} cannot be opened ({e.Message}); check its permissions and that no other coordinator uses it.", e);
        }
        finally
        {
            gate.Release();
        }
    }

    public async Task WriteAsync(JournalEntry entry, string reason, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (file is null)
            {
                throw new InvalidOperationException("Read the journal before writing to it.");
            }

            var start = file.Position;
            var body = JsonSerializer.Serialize(new Line(number + 1, clock.GetUtcNow(), reason, entry), Json);
            try
            {
                await file.WriteAsync(Encoding.UTF8.GetBytes($"{Checksum(body)} {body}\n"), CancellationToken.None);
                file.Flush(flushToDisk: true);
            }
            catch (IOException e)
            {
                file.SetLength(start);
                file.Position = start;
                throw new JournalException($"The journal {path} cannot be written ({e.Message}); free its disk. Nothing was changed.", e);
            }

            number++;
            Current = entry;
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose()
    {
        file?.Dispose();
        gate.Dispose();
    }

    // Not buffered: a line that could not be written must not lie in memory and reach the disk after all, with the next one or at
    // the end. FileShare.None is an advisory lock: a second coordinator on this file fails instead of deciding beside the first.
    private FileStream Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
    }

    private (JournalEntry Entry, long Number, int Intact) Parse(ReadOnlySpan<byte> bytes)
    {
        var (entry, last, intact) = (JournalEntry.Empty, 0L, 0);
        while (intact < bytes.Length)
        {
            var end = bytes[intact..].IndexOf((byte)'\n');
            if (end < 0)
            {
                break;
            }

            var text = Encoding.UTF8.GetString(bytes.Slice(intact, end));
            if (Decode(text) is not { } line || line.Number != last + 1)
            {
                throw new JournalException(
                    $"Line {last + 1} of the journal {path} is damaged; restore the file from a backup, see docs/runbooks/journal-damaged.md. Nothing is decided without it.");
            }

            (entry, last, intact) = (line.Entry, line.Number, intact + end + 1);
        }

        return (entry, last, intact);
    }

    private static Line? Decode(string text)
    {
        if (text.Length <= ChecksumLength + 1 || text[..ChecksumLength] != Checksum(text[(ChecksumLength + 1)..]))
        {
            return null;
        }

        return JsonSerializer.Deserialize<Line>(text.AsSpan(ChecksumLength + 1), Json);
    }

    private static string Checksum(string body) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))[..ChecksumLength];

    private sealed record Line(long Number, DateTimeOffset At, string Reason, JournalEntry Entry);
}
