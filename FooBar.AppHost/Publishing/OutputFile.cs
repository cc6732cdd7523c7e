namespace FooBar.AppHost.Publishing;

/// <summary>A file of what is published.</summary>
/// <param name="Path">Its path in the output folder, with slashes.</param>
/// <param name="Contents">Its text.</param>
/// <param name="IsExecutable">Whether it is a program.</param>
internal sealed record OutputFile(string Path, string Contents, bool IsExecutable = false);
