namespace FooBar.AppHost.Running;

/// <summary>The application cannot start. The message is one line per reason, each with its remedy.</summary>
public sealed class StartRefusedException(string message) : Exception(message);
