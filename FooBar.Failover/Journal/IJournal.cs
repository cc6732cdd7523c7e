using FooBar.Failover.Leadership;

namespace FooBar.Failover.Journal;

/// <summary>The coordinator's durable memory. Whatever <see cref="WriteAsync"/> was given is read back after any crash.</summary>
public interface IJournal
{
    /// <summary>The latest entry.</summary>
    JournalEntry Current { get; }

    /// <summary>Where it is kept, for people.</summary>
    string Place { get; }

    /// <summary>Takes the journal over and reads its latest entry: from then on nobody else's entry gets in unseen.</summary>
    /// <exception cref="JournalException">The journal is damaged, or cannot be read.</exception>
    Task<JournalEntry> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Makes an entry durable; the caller may act on it when the task has completed, not before.</summary>
    /// <param name="entry">The state to remember.</param>
    /// <param name="reason">Why it changed, in one sentence.</param>
    /// <param name="cancellationToken">Gives up before the entry is begun, never in its middle.</param>
    /// <exception cref="JournalException">The entry was not written; the one before holds.</exception>
    /// <exception cref="SteppedDownException">Another coordinator writes, or it is not known whether the entry was written.</exception>
    Task WriteAsync(JournalEntry entry, string reason, CancellationToken cancellationToken);
}

/// <summary>The journal cannot be trusted or cannot be written; the message says what to do.</summary>
public sealed class JournalException(string message, Exception? inner = null) : Exception(message, inner);
