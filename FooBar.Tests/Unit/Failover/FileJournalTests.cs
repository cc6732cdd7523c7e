using FooBar.Failover;
using FooBar.Failover.Journal;
using Microsoft.Extensions.Options;
using Xunit;

namespace FooBar.Tests.Unit.Failover;

public sealed class FileJournalTests : IDisposable
{
    private static readonly JournalEntry First = new(JournalPhase.Bootstrapping, 1, "mysql-1", []);
    private static readonly JournalEntry Second = new(JournalPhase.Serving, 1, "mysql-1", ["mysql-2"]);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("foobar-journal-");

    private string File => Path.Combine(folder.FullName, "state", "failover.journal");

    [Fact]
    public async Task Journal_ThatIsMissing_IsNew()
    {
        using var journal = new FileJournal(Options.Create(new FailoverOptions { JournalPath = File }), TimeProvider.System);

        Assert.Equal(JournalPhase.New, (await journal.OpenAsync(CancellationToken.None)).Phase);
    }

    [Fact]
    public async Task Journal_ReadAgain_GivesTheLatestEntry()
    {
        await WriteAsync(First, Second);

        var entry = await ReadAsync();

        Assert.Equal((JournalPhase.Serving, 1L, "mysql-1"), (entry.Phase, entry.Epoch, entry.Primary));
        Assert.Equal(["mysql-2"], entry.InSync);
    }

    [Fact]
    public async Task Journal_LastLineTorn_GivesTheEntryBeforeAndGoesOnFromThere()
    {
        await WriteAsync(First, Second);
        var bytes = await System.IO.File.ReadAllBytesAsync(File);
        await System.IO.File.WriteAllBytesAsync(File, bytes[..^10]);

        Assert.Equal(JournalPhase.Bootstrapping, (await ReadAsync()).Phase);
        await WriteAsync(Second);
        Assert.Equal(JournalPhase.Serving, (await ReadAsync()).Phase);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(-20)]
    public async Task Journal_DamagedInsideALine_IsNotTrusted(int position)
    {
        await WriteAsync(First, Second);
        var bytes = await System.IO.File.ReadAllBytesAsync(File);
        bytes[position < 0 ? bytes.Length + position : position] ^= 1;
        await System.IO.File.WriteAllBytesAsync(File, bytes);

        var error = await Assert.ThrowsAsync<JournalException>(ReadAsync);

        Assert.Contains(File, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Journal_LineMissing_IsNotTrusted()
    {
        await WriteAsync(First, Second);
        var lines = await System.IO.File.ReadAllLinesAsync(File);
        await System.IO.File.WriteAllLinesAsync(File, lines[1..]);

        await Assert.ThrowsAsync<JournalException>(ReadAsync);
    }

    [Fact]
    public async Task Journal_OpenedAgain_WritesWhatItSaysAnewBeforeAnybodyActsOnIt()
    {
        await WriteAsync(First, Second);

        await ReadAsync();

        var lines = await System.IO.File.ReadAllLinesAsync(File);
        Assert.Equal(3, lines.Length);
        Assert.Contains("took over", lines[2], StringComparison.Ordinal);
        Assert.Equal(JournalPhase.Serving, (await ReadAsync()).Phase);
    }

    [Fact]
    public async Task Journal_OpenElsewhere_RefusesASecondCoordinator()
    {
        using var first = new FileJournal(Options.Create(new FailoverOptions { JournalPath = File }), TimeProvider.System);
        await first.OpenAsync(CancellationToken.None);

        var error = await Assert.ThrowsAsync<JournalException>(ReadAsync);

        Assert.Contains("no other coordinator", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Delete(recursive: true);

    private async Task WriteAsync(params JournalEntry[] entries)
    {
        using var journal = new FileJournal(Options.Create(new FailoverOptions { JournalPath = File }), TimeProvider.System);
        await journal.OpenAsync(CancellationToken.None);
        foreach (var entry in entries)
        {
            await journal.WriteAsync(entry, "The test says so.", CancellationToken.None);
        }
    }

    private async Task<JournalEntry> ReadAsync()
    {
        using var journal = new FileJournal(Options.Create(new FailoverOptions { JournalPath = File }), TimeProvider.System);
        return await journal.OpenAsync(CancellationToken.None);
    }
}
