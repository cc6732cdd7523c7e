namespace FooBar.Drill.History;

/// <summary>A promise that was broken, and by which call or row.</summary>
public sealed record Violation(Promise Promise, string What);
