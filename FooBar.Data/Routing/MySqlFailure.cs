using System.Data.Common;
using System.Net.Sockets;
using MySqlConnector;

namespace FooBar.Data.Routing;

/// <summary>Tells the failures of a node from those of a statement.</summary>
internal static class MySqlFailure
{
    /// <summary>ER_SERVER_OFFLINE_MODE and ER_READ_ONLY_MODE, which MySqlErrorCode has no names for.</summary>
    private const MySqlErrorCode OfflineMode = (MySqlErrorCode)3032, ReadOnlyMode = (MySqlErrorCode)1836;

    /// <summary>ER_DISK_FULL and ER_RECORD_FILE_FULL.</summary>
    private const MySqlErrorCode DiskFull = (MySqlErrorCode)1021, TableFull = (MySqlErrorCode)1114;

    /// <summary>The network, the server or the driver: anything but a bug of ours.</summary>
    public static bool IsFromDatabase(Exception e) => e is DbException or IOException or SocketException or TimeoutException;

    /// <summary>
    /// The node could not be asked or went away: another node may well answer the same question. A statement that has been
    /// sent may or may not have been carried out.
    /// </summary>
    public static bool IsConnection(Exception? e) => e switch
    {
        MySqlException failure => IsConnection(failure.ErrorCode) || IsConnection(failure.InnerException),
        IOException or SocketException or TimeoutException => true,
        _ => false,
    };

    /// <summary>
    /// The server has undone the statement for a reason that passes, so that the same transaction may succeed when it is begun again:
    /// somebody else's locks, an operator's KILL QUERY, a disk that somebody is about to tidy.
    /// </summary>
    public static bool IsPassing(Exception? e) => e is MySqlException failure && IsPassing(failure.ErrorCode);

    /// <summary>Another transaction held what this one needed, for as long as it waits.</summary>
    public static bool IsLockWait(Exception? e) => e is MySqlException { ErrorCode: MySqlErrorCode.LockWaitTimeout };

    internal static bool IsPassing(MySqlErrorCode code) => code
        is MySqlErrorCode.LockDeadlock or MySqlErrorCode.LockWaitTimeout or MySqlErrorCode.QueryInterrupted or DiskFull or TableFull;

    /// <summary>
    /// The node takes no writes (any more); the statement was not carried out. Offline mode is not among these: it also ends
    /// a commit that already waits for the replica's acknowledgement, and that one may survive.
    /// </summary>
    public static bool IsFenced(Exception? e) => e is MySqlException failure && IsFenced(failure.ErrorCode);

    internal static bool IsFenced(MySqlErrorCode code) => code is MySqlErrorCode.OptionPreventsStatement or ReadOnlyMode;

    internal static bool IsConnection(MySqlErrorCode code) => code
        is MySqlErrorCode.None // the connection broke while an answer was read
        or MySqlErrorCode.UnableToConnectToHost
        or MySqlErrorCode.ConnectionCountError
        or MySqlErrorCode.HandshakeError
        or MySqlErrorCode.ServerShutdown
        or MySqlErrorCode.NormalShutdown
        or MySqlErrorCode.AbortingConnection
        or MySqlErrorCode.NewAbortingConnection
        or MySqlErrorCode.ClientInteractionTimeout
        or MySqlErrorCode.CommandTimeoutExpired
        or OfflineMode;
}
