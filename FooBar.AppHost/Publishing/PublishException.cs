namespace FooBar.AppHost.Publishing;

/// <summary>What keeps the application from being published: one sentence that names it and the remedy.</summary>
internal sealed class PublishException(string message, Exception? inner = null) : Exception(message, inner);
