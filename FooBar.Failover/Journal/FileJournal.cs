using System.Text;
using FooBar.Failover.Leadership;
using Microsoft.Extensions.Options;

namespace FooBar.Failover.Journal;

/// <summary>
/// A file of one line per entry, appended and flushed to the disk. A line torn by a crash, which nobody acted on, is told from
/// a damaged file, which nobody may act on.
/// </summary>
internal sealed class FileJournal(IOptions<FailoverOptions> options, TimeProvider clock) : IJournal, IDisposable
{
    private readonly string path = options.Value.JournalPath;
    private readonly SemaphoreSlim gate = new(1, 1);
    private FileStream? file;
    private long number;

    public string Place => path;

    public JournalEntry Current { get; private set; } = JournalEntry.Empty;

    public async Task<JournalEntry> OpenAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            file ??= OpenFile();
            file.Position = 0;
            var bytes = new byte[file.Length];
            await file.ReadExactlyAsync(bytes, cancellationToken);

            var lines = JournalLines.Read(bytes, path, trimmed: false);
            file.SetLength(lines.Length);
            file.Position = lines.Length;
            number = lines.Number;
            Current = lines.Entry;
            if (number > 0)
            {
                // Whoever wrote the last line may have been killed before it was on the disk. Before it is acted upon, it is.
                await AppendAsync(file, lines.Entry, "A coordinator took over.");
            }

            return Current;
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
                throw new InvalidOperationException("Open the journal before writing to it.");
            }

            await AppendAsync(file, entry, reason);
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task AppendAsync(FileStream journal, JournalEntry entry, string reason)
    {
        var start = journal.Position;
        var line = JournalLines.Encode(new JournalLine(number + 1, clock.GetUtcNow(), reason, entry));
        try
        {
            await journal.WriteAsync(Encoding.UTF8.GetBytes(line), CancellationToken.None);
            journal.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TakeBack(journal, start);
            throw new JournalException($"The journal {path} cannot be written ({e.Message}); free its disk. Nothing was changed.", e);
        }

        number++;
        Current = entry;
    }

    // A line that may or may not be on the disk is neither to be acted upon nor to be contradicted: whoever opens the journal
    // next reads which it is.
    private void TakeBack(FileStream journal, long start)
    {
        try
        {
            journal.SetLength(start);
            journal.Position = start;
            journal.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SteppedDownException($"The journal {path} could not be written, and nobody knows what it says now ({e.Message}); mend its disk.", e);
        }
    }

    public void Dispose()
    {
        file?.Dispose();
        gate.Dispose();
    }

    // Not buffered: a line that could not be written must not lie in memory and reach the disk after all, with the next one or at
    // the end. FileShare.None is an advisory lock: a second coordinator on this file fails instead of deciding beside the first.
    private FileStream OpenFile()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
    }
}
