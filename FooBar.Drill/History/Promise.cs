namespace FooBar.Drill.History;

/// <summary>What holds for every history, whatever was taken away meanwhile.</summary>
public enum Promise
{
    /// <summary>An acknowledged write is there, and as last acknowledged.</summary>
    NoWriteLost,

    /// <summary>It is there once.</summary>
    NoDuplicate,

    /// <summary>Nothing is there that nobody sent.</summary>
    NothingInvented,

    /// <summary>Nobody reads less than what was acknowledged to him, unless the answer says so, nor is told that it is not there.</summary>
    OwnWritesRead,

    /// <summary>Both copies are the same.</summary>
    CopiesEqual,

    /// <summary>Given back, everything is whole again without anybody's help.</summary>
    Heals,

    /// <summary>No read got an error.</summary>
    NoReadFailed,

    /// <summary>No answer was 500: whatever is away, the program knows what to do.</summary>
    NoServerError,

    /// <summary>No connection broke before a read was answered.</summary>
    NoReadAskedAgain,

    /// <summary>No read may lack what its reader has written, although the answer says so.</summary>
    NoReadBehind,

    /// <summary>No connection broke, and no gateway spoke for a server, before a write was answered.</summary>
    NoWriteAskedAgain,

    /// <summary>No write failed that could have been held.</summary>
    NoWriteFailed,
}
