using System.Data.Common;
using Inner = MySql.Data.MySqlClient;

namespace MySqlConnector;

public sealed class MySqlException : DbException
{
    private const string Prefix = "failed with message: ";

    internal MySqlException(MySqlErrorCode code, string? sqlState, string message, Exception? inner)
        : base(message, inner)
    {
        ErrorCode = code;
        SqlState = sqlState;
    }

    public int Number => (int)ErrorCode;

    public new MySqlErrorCode ErrorCode { get; }

    public override string? SqlState { get; }

    public override bool IsTransient => ErrorCode is MySqlErrorCode.ConnectionCountError or MySqlErrorCode.LockDeadlock
        or MySqlErrorCode.LockWaitTimeout or MySqlErrorCode.UnableToConnectToHost or MySqlErrorCode.XARBDeadlock;

    /// <summary>The server refused, or the connection broke: what MySql.Data threw, as MySqlConnector would have.</summary>
    internal static MySqlException From(Exception thrown)
    {
        // What the server said has a number; it may be wrapped in MySql.Data's own exceptions, which have none.
        for (var cause = thrown; cause is not null; cause = cause.InnerException)
        {
            if (cause is Inner.MySqlException { Number: > 0 } refused)
            {
                return new MySqlException((MySqlErrorCode)refused.Number, StateOf(refused.Number), Unwrap(refused.Message), thrown);
            }
        }

        var reason = thrown.GetBaseException();
        return new MySqlException(MySqlErrorCode.None, null, reason is Inner.MySqlException ? reason.Message : "Failed to read the result set.", thrown);
    }

    internal static MySqlException Timeout(Exception? inner) => new(
        MySqlErrorCode.CommandTimeoutExpired, null, "The Command Timeout expired before the operation completed.", inner);

    internal static MySqlException Interrupted() => new(MySqlErrorCode.QueryInterrupted, "70100", "Query execution was interrupted", null);

    internal static MySqlException CannotConnect(string message, Exception? inner) => new(MySqlErrorCode.UnableToConnectToHost, null, message, inner);

    // "Authentication to host ... failed with message: " comes before what the server said.
    private static string Unwrap(string message) => message[(message.IndexOf(Prefix, StringComparison.Ordinal) is >= 0 and var at ? at + Prefix.Length : 0)..];

    // MySql.Data does not pass the SQLSTATE on. These are the server's own, for the errors that a program tells apart.
    private static string StateOf(int number) => number switch
    {
        1040 or 1042 or 1043 or 1047 or 1053 or 1152 or 1158 or 1159 or 1160 or 1161 or 1184 => "08S01",
        1044 or 1049 or 1054 or 1061 or 1064 or 1142 or 1203 or 1227 => "42000",
        1045 => "28000",
        1046 => "3D000",
        1048 or 1062 or 1216 or 1217 or 1451 or 1452 => "23000",
        1050 => "42S01",
        1051 or 1146 => "42S02",
        1213 => "40001",
        1264 => "22003",
        1317 => "70100",
        1406 => "22001",
        1614 => "XA102",
        1792 => "25006",
        _ => "HY000",
    };
}
