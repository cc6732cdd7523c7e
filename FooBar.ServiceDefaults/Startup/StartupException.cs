namespace FooBar.ServiceDefaults.Startup;

/// <summary>
/// A service cannot start, for a reason that its operator can remove. The message is one sentence: what, where, remedy.
/// </summary>
public sealed class StartupException : Exception
{
    public StartupException(string message)
        : base(message)
    {
    }

    public StartupException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
