using FooBar.Drill.Stack;

namespace FooBar.Drill.Faults;

/// <summary>Takes something away.</summary>
/// <param name="system">Where.</param>
/// <param name="chance">Of this trial; the same seed gives the same moments.</param>
/// <param name="cancellationToken">Ends it.</param>
/// <returns>How it is given back.</returns>
public delegate Task<Func<Task>> TakeAway(ChaosSystem system, Random chance, CancellationToken cancellationToken);
