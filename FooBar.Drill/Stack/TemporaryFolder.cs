namespace FooBar.Drill.Stack;

/// <summary>A folder that is gone with its owner.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("foobar-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
