namespace FooBar.Data.Routing;

/// <summary>The database cannot do now what it was asked for, and may well be able to in a moment.</summary>
public class DatabaseUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>There is no primary to write to; nothing has been written.</summary>
public sealed class NoPrimaryException(string message, Exception? innerException = null) : DatabaseUnavailableException(message, innerException);

/// <summary>There is no copy of the data that this read accepts.</summary>
public sealed class NoReadableCopyException(string message, Exception? innerException = null) : DatabaseUnavailableException(message, innerException);

/// <summary>The connection broke while a statement ran, or another attempt with the same key holds it: it may or may not be carried out.</summary>
public sealed class OutcomeUnknownException(string message, Exception innerException) : DatabaseUnavailableException(message, innerException);
