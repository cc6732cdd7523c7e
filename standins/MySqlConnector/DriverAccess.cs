using System.Net.Sockets;
using System.Reflection;
using Inner = MySql.Data.MySqlClient;

namespace MySqlConnector;

/// <summary>
/// What MySql.Data keeps to itself and without which no time limit can be kept: the socket, so that a connection whose server is
/// silent can be closed at once (MySql.Data's asynchronous reads wait for ever), and the stream, to reset a pooled connection.
/// The package's version is pinned to the digit, so the names below cannot change unnoticed.
/// </summary>
internal sealed class DriverAccess
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly FieldInfo DriverOf = Field(typeof(Inner.MySqlConnection), "driver");
    private static readonly Type DriverType = DriverOf.FieldType;
    private static readonly MethodInfo Open = DriverType.GetMethod("OpenAsync", Any) ?? throw Changed("Driver.OpenAsync");
    private static readonly FieldInfo HandlerOf = Field(DriverType, "handler");
    private static readonly Type HandlerType = DriverType.Assembly.GetType("MySql.Data.MySqlClient.NativeDriver", throwOnError: true)!;
    private static readonly FieldInfo NetworkOf = Field(HandlerType, "networkStream");
    private static readonly FieldInfo StreamOf = Field(HandlerType, "baseStream");

    private readonly object _driver;

    /// <summary>A driver of our own, so that its socket is within reach while it is still connecting.</summary>
    public DriverAccess(Inner.MySqlConnectionStringBuilder settings) =>
        _driver = Activator.CreateInstance(DriverType, Any, null, [settings], null)!;

    private object Handler => HandlerOf.GetValue(_driver)!;

    /// <summary>Null until the TCP connection stands.</summary>
    public Socket? Socket => (NetworkOf.GetValue(Handler) as NetworkStream)?.Socket;

    /// <summary>The stream below MySql.Data's own buffering, which is empty between two commands; encrypted if the connection is.</summary>
    public Stream Stream => (Stream)StreamOf.GetValue(Handler)!;

    /// <summary>Connects and logs in.</summary>
    public Task OpenAsync(CancellationToken cancellationToken) => (Task)Open.Invoke(_driver, [cancellationToken])!;

    /// <summary>Makes the connection use this driver instead of a new one when it opens.</summary>
    public void GiveTo(Inner.MySqlConnection connection) => DriverOf.SetValue(connection, _driver);

    private static FieldInfo Field(Type type, string name) => type.GetField(name, Any) ?? throw Changed($"{type.Name}.{name}");

    private static MissingMemberException Changed(string member) => new($"MySql.Data has no {member}: the stand-in for MySqlConnector fits version 26.10.0 only.");
}
