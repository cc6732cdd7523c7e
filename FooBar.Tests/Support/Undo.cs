namespace FooBar.Tests.Support;

/// <summary>Puts right at the end of a test what the test has put wrong.</summary>
internal sealed class Undo(Func<Task> action) : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await action();
}
