namespace FooBar.Drill.History;

/// <summary>A row that is in a database at the end.</summary>
public sealed record Row(string Post, int Version);
