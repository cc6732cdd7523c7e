namespace FooBar.Drill.History;

/// <summary>
/// Proves a history, or says what is wrong with it. Every user writes own posts only and one request at a time, so the order of
/// writes to a post is known; only those without an answer may have been done at any time later.
/// </summary>
public static class HistoryChecker
{
    /// <summary>How many posts a list has: the newest ones.</summary>
    public const int ListLength = 50;

    public static IReadOnlyList<Violation> Check(IReadOnlyList<Call> calls, IReadOnlyList<IReadOnlyList<Row>> copies) => Check(calls, WithSeen(calls), copies);

    private static IReadOnlyList<Violation> Check(IReadOnlyList<Call> calls, IReadOnlyList<Call> withSeen, IReadOnlyList<IReadOnlyList<Row>> copies) =>
    [
        .. copies.SelectMany((copy, index) => Final(withSeen, copy, $"copy {index + 1}")),
        .. CopiesEqual(copies),
        .. calls.GroupBy(call => call.User).SelectMany(user => OwnWritesRead([.. user.OrderBy(call => call.Start)], calls)),
        .. Invented(calls),
        .. SeenTwice(calls),
        .. calls.Where(call => call is { IsWrite: true, Outcome: Outcome.Done } && call.Shown != call.Version).Select(call => new Violation(Promise.NothingInvented, $"{call}")),
        .. calls.Where(call => call.Outcome == Outcome.Error).Select(call => new Violation(Promise.NoServerError, $"{call}")),
        .. calls.Where(call => call.Outcome == Outcome.Denied).Select(call => new Violation(Promise.OwnWritesRead, $"{call}")),
        .. calls.Where(call => call.SaysBehind).Select(call => new Violation(Promise.NoReadBehind, $"{call}")),
        .. calls.Where(call => call is { IsWrite: true, AskedAgain: > 0 }).Select(call => new Violation(Promise.NoWriteAskedAgain, $"{call}")),
        .. calls.Where(call => !call.IsWrite && call.Outcome != Outcome.Done).Select(call => new Violation(Promise.NoReadFailed, $"{call}")),
        .. calls.Where(call => call is { IsWrite: false, AskedAgain: > 0 }).Select(call => new Violation(Promise.NoReadAskedAgain, $"{call}")),
        .. calls.Where(call => call.IsWrite && call.Outcome != Outcome.Done).Select(call => new Violation(Promise.NoWriteFailed, $"{call}")),
    ];

    private static IEnumerable<Violation> Final(IReadOnlyList<Call> calls, IReadOnlyList<Row> copy, string name)
    {
        var rows = copy.ToLookup(row => row.Post, row => row.Version);
        foreach (var twice in rows.Where(post => post.Count() > 1))
        {
            yield return new Violation(Promise.NoDuplicate, $"{name} has {twice.Key} {twice.Count()} times.");
        }

        foreach (var post in calls.Where(call => call.IsWrite).GroupBy(call => call.Post!))
        {
            var allowed = Allowed([.. post.OrderBy(call => call.Start)], TimeSpan.MaxValue);
            if (!rows.Contains(post.Key) ? !allowed.Contains(null) : rows[post.Key].Any(version => !allowed.Contains(version)))
            {
                yield return new Violation(Promise.NoWriteLost, $"{name} has {post.Key} as {Text(rows[post.Key])}; it has to be {Text(allowed)}.");
            }
        }

        var sent = calls.Where(call => call.IsWrite).Select(call => (call.Post, call.Version)).ToHashSet();
        foreach (var row in copy.Where(row => !sent.Contains((row.Post, row.Version))))
        {
            yield return new Violation(Promise.NothingInvented, $"{name} has {row}, which nobody sent.");
        }
    }

    // Whether or not its author knows it: what somebody has read is there until it is written again.
    private static List<Call> WithSeen(IReadOnlyList<Call> calls)
    {
        var reads = calls.Where(call => call is { IsWrite: false, Outcome: Outcome.Done })
            .SelectMany(call => (call.Seen?.Select(post => (post.Post, Version: (int?)post.Version)) ?? [(call.Post!, call.Version)]).Select(post => (post.Post, post.Version, call.End)))
            .ToLookup(read => (read.Post, read.Version), read => read.End);
        var done = calls.Where(call => call is { IsWrite: true, Outcome: Outcome.Done }).ToLookup(call => call.Post, call => call.Start);
        return [.. calls.Select(call => IsSeen(call) ? call with { Outcome = Outcome.Done } : call)];

        bool IsSeen(Call write) => write is { IsWrite: true, Outcome: Outcome.Unknown, Version: not null }
            && reads[(write.Post!, write.Version)].DefaultIfEmpty(TimeSpan.MaxValue).Min()
                <= done[write.Post].Where(start => start > write.Start).DefaultIfEmpty(TimeSpan.FromDays(1)).Min();
    }

    private static IEnumerable<Violation> CopiesEqual(IReadOnlyList<IReadOnlyList<Row>> copies) =>
        copies.Skip(1).Select((copy, index) => (Copy: copy, Number: index + 2))
            .Where(other => !other.Copy.ToHashSet().SetEquals(copies[0]))
            .Select(other => new Violation(Promise.CopiesEqual, $"Copy {other.Number} differs from copy 1 in {Text(Difference(copies[0], other.Copy))}."));

    private static IEnumerable<object> Difference(IReadOnlyList<Row> one, IReadOnlyList<Row> other) => one.Except(other).Concat(other.Except(one)).Take(5);

    // What a user reads of an own post is what was last acknowledged before the read began, or anything sent after that.
    private static IEnumerable<Violation> OwnWritesRead(IReadOnlyList<Call> user, IReadOnlyList<Call> all)
    {
        var creations = all.Where(call => call.Ask == Ask.Create).ToList();
        foreach (var read in user.Where(call => call is { Ask: Ask.Read, Outcome: Outcome.Done, SaysBehind: false }))
        {
            var allowed = Allowed([.. user.Where(call => call.IsWrite && call.Post == read.Post)], read.Start);
            if (!allowed.Contains(read.Version))
            {
                yield return new Violation(Promise.OwnWritesRead, $"{read}; it has to be {Text(allowed)}.");
            }
        }

        foreach (var list in user.Where(call => call is { Ask: Ask.List, Outcome: Outcome.Done, SaysBehind: false, Seen: not null }))
        {
            var full = FullSince(list, creations);
            foreach (var post in user.Where(call => call.IsWrite && call.Start < list.Start).GroupBy(call => call.Post!))
            {
                var allowed = Allowed([.. post], list.Start);
                var version = list.Seen!.FirstOrDefault(seen => seen.Post == post.Key)?.Version;
                if (!allowed.Contains(version) && (version is not null || post.Min(call => call.Start) >= full))
                {
                    yield return new Violation(Promise.OwnWritesRead, $"{list.User} found {post.Key} as {Text([version])} in the list at {list.Start}; it has to be {Text(allowed)}.");
                }
            }
        }
    }

    // A post that was begun earlier may have no place in a list any more: as many others as it shows, and this one, may be newer.
    private static TimeSpan FullSince(Call list, IEnumerable<Call> creations) => creations
        .Where(post => post.Start < list.End)
        .Select(post => post.Outcome == Outcome.Unknown ? TimeSpan.MaxValue : post.End)
        .OrderDescending()
        .Skip(ListLength)
        .FirstOrDefault();

    private static IEnumerable<Violation> Invented(IReadOnlyList<Call> calls)
    {
        var sent = calls.Where(call => call.IsWrite).Select(call => (call.Post!, (int?)call.Version)).ToHashSet();
        return calls.Where(call => call is { Outcome: Outcome.Done, IsWrite: false })
            .SelectMany(call => call.Seen?.Select(seen => (call, seen.Post, Version: (int?)seen.Version)) ?? (call.Version is null ? [] : [(call, call.Post!, call.Version)]))
            .Where(seen => !sent.Contains((seen.Post, seen.Version)))
            .Select(seen => new Violation(Promise.NothingInvented, $"{seen.call.User} read {seen.Post} as {seen.Version}, which nobody sent."));
    }

    private static IEnumerable<Violation> SeenTwice(IReadOnlyList<Call> calls) => calls
        .SelectMany(call => (call.Seen ?? []).GroupBy(seen => seen.Post).Where(post => post.Count() > 1).Select(post => (call, post.Key)))
        .Select(twice => new Violation(Promise.NoDuplicate, $"{twice.call.User} found {twice.Key} twice in the list at {twice.call.Start}."));

    // The versions that a post may have at a time: the last one acknowledged before, and every one without an answer, which may
    // be done whenever it likes, unless the site has given it up before. Null stands for: not there.
    private static HashSet<int?> Allowed(IReadOnlyList<Call> writes, TimeSpan at)
    {
        var last = writes.LastOrDefault(call => call.Outcome == Outcome.Done && call.End <= at);
        return [last?.Version, .. writes.Where(call => call != last && MayBeDone(call, last, at)).Select(call => call.Version)];
    }

    private static bool MayBeDone(Call write, Call? last, TimeSpan at) => write.Outcome switch
    {
        Outcome.Refused or Outcome.Denied => false,
        Outcome.Done => write.End > at,
        _ => !(write.Settled && write.End <= last?.Start),
    };

    private static string Text<T>(IEnumerable<T> values) => $"{{{string.Join(", ", values.Select(value => value?.ToString() ?? "absent"))}}}";
}
