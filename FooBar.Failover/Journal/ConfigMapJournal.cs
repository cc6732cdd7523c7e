using System.Text;
using FooBar.Failover.Kubernetes;
using FooBar.Failover.Leadership;
using k8s.Models;
using Microsoft.Extensions.Options;

namespace FooBar.Failover.Journal;

/// <summary>
/// One key of a ConfigMap. It is replaced only in the version that was read, so of two writers one fails, however each came to
/// believe that it may write. What a failed write has done is never guessed: the object is read, and tells.
/// </summary>
internal sealed class ConfigMapJournal(ApiServer api, ILeadership leadership, IOptions<FailoverOptions> options, TimeProvider clock) : IJournal
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly KubernetesOptions settings = options.Value.Kubernetes;

    private V1ConfigMap? content;
    private long number;

    public string Place => api.Journal;

    public JournalEntry Current { get; private set; } = JournalEntry.Empty;

    /// <summary>
    /// Reads the journal and signs it with a line of its own. Until then a write of a predecessor that is gone could still be on its
    /// way and arrive after the reading; from then on it meets another version and fails.
    /// </summary>
    public async Task<JournalEntry> OpenAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(settings.RenewDeadline, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        content = await ReadAsync(limit.Token);
        var text = Encoding.UTF8.GetBytes(ConfigMapText.Of(content));
        var lines = JournalLines.Read(text, Place, trimmed: true);
        if (lines.Length < text.Length)
        {
            throw JournalLines.Damaged(Place, lines.Number + 1);
        }

        number = lines.Number;
        await WriteAsync(lines.Entry, $"{settings.Identity} took over.", cancellationToken);
        return Current;
    }

    public async Task WriteAsync(JournalEntry entry, string reason, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (content is null)
        {
            throw new InvalidOperationException("Open the journal before writing to it.");
        }

        var before = ConfigMapText.Of(content);
        var line = JournalLines.Encode(new JournalLine(number + 1, clock.GetUtcNow(), reason, entry, settings.Identity));
        await ReplaceAsync(before, ConfigMapText.Append(before, line));
        number++;
        Current = entry;
    }

    // Repeating a write is harmless: of all its copies at most one finds the version that it names.
    private async Task ReplaceAsync(string before, string after)
    {
        using var deadline = new CancellationTokenSource(settings.RenewDeadline, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, leadership.Lost);
        var (uncertain, failure) = (false, "it was not begun");
        try
        {
            while (true)
            {
                leadership.Demand();
                try
                {
                    content = await api.ReplaceJournalAsync(ConfigMapText.With(content!, after), limit.Token);
                    return;
                }
                catch (ApiServerException e) when (e.Refused && !uncertain)
                {
                    throw new JournalException($"The journal cannot be written: {e.Message}{Remedy(e)} Nothing was changed.", e);
                }
                catch (ApiServerException e)
                {
                    (uncertain, failure) = (uncertain || !e.Conflict, e.Message);
                }

                content = await ReadAsync(limit.Token);
                if (ConfigMapText.Of(content) is var found && found == after)
                {
                    return;
                }

                if (found != before)
                {
                    throw new SteppedDownException($"Somebody else has written to the journal in the {Place}; this coordinator stops, so that its successor begins with what the journal says now.");
                }

                await Task.Delay(Pause, clock, limit.Token);
            }
        }
        catch (Exception e) when (e is not JournalException || uncertain)
        {
            content = null;
            throw e as SteppedDownException ?? new SteppedDownException($"It is not known whether an entry reached the journal in the {Place} ({failure}); this coordinator stops, so that its successor reads it.", e);
        }
    }

    private async Task<V1ConfigMap> ReadAsync(CancellationToken cancellationToken)
    {
        ApiServerException? failure = null;
        try
        {
            while (true)
            {
                try
                {
                    return await api.ReadJournalAsync(cancellationToken);
                }
                catch (ApiServerException e) when (!e.Refused)
                {
                    failure = e;
                }

                await Task.Delay(Pause, clock, cancellationToken);
            }
        }
        catch (ApiServerException e)
        {
            throw Unreadable(e);
        }
        catch (OperationCanceledException) when (failure is not null)
        {
            throw Unreadable(failure);
        }
    }

    private JournalException Unreadable(ApiServerException e) => new($"The journal cannot be read: {e.Message}{Remedy(e)}", e);

    private string Remedy(ApiServerException e) => e.Absent
        ? $"; the deployment makes the {Place}, empty: apply it for a new cluster; if this one has served before, see docs/runbooks/journal-lost.md first."
        : $"; see that the API server can be reached and that the coordinator's service account has the verbs get and update on the {Place}.";
}
