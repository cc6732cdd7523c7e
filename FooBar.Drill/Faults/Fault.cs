using System.Collections.Immutable;
using FooBar.Drill.History;

namespace FooBar.Drill.Faults;

/// <summary>Something that is taken away, and given back after a while.</summary>
/// <param name="Component">What it happens to, as <c>--only</c> names it; several have " and " between them.</param>
/// <param name="What">What is done, in a few words.</param>
/// <param name="For">How long it lasts.</param>
/// <param name="Begin">Takes it away; returns how it is given back.</param>
public sealed record Fault(string Component, string What, TimeSpan For, TakeAway Begin)
{
    private static readonly ImmutableHashSet<Promise> Everything = [.. Enum.GetValues<Promise>()];

    private static readonly ImmutableHashSet<Promise> Safety =
        [Promise.NoWriteLost, Promise.NoDuplicate, Promise.NothingInvented, Promise.OwnWritesRead, Promise.CopiesEqual, Promise.Heals, Promise.NoServerError];

    /// <summary>
    /// What holds although this is away. Two parts at a time may cost answers, but neither data nor the truth about it. Who talks to a
    /// gateway that is killed sees his connection break, and asks again: the other one answers.
    /// </summary>
    public ImmutableHashSet<Promise> Promises { get; } =
        Component.Contains(" and ", StringComparison.Ordinal) ? Safety
        : Component == "gateway" ? Everything.Except([Promise.NoReadAskedAgain, Promise.NoWriteAskedAgain])
        : Everything;

    /// <summary>Whether it is done on a stack whose databases have disks and clocks of their own.</summary>
    public bool NeedsHardware { get; init; }

    /// <summary>How long there is load before, at least.</summary>
    public TimeSpan Before { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>About how long it takes to heal, for the estimate at the start.</summary>
    public TimeSpan HealsIn { get; init; } = TimeSpan.FromSeconds(6);

    public override string ToString() => $"{Component}: {What}";

    /// <summary>Whether <c>--only</c> names it: its component, or its component and what is done.</summary>
    public bool IsNamed(string name) => name == Component || name == ToString();
}
