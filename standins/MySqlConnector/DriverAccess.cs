using System.Collections;
using System.Net.Sockets;
using System.Reflection;
using MySql.Data.MySqlClient.Authentication;
using Inner = MySql.Data.MySqlClient;

namespace MySqlConnector;

/// <summary>
/// What MySql.Data keeps to itself and without which no time limit can be kept: the socket, so that a connection whose server is
/// silent can be closed at once (MySql.Data's asynchronous reads wait for ever), the stream, to reset a pooled connection, and the
/// list of logins, for one that verifies certificates.
/// The package's version is pinned to the digit, so the names below cannot change unnoticed.
/// </summary>
internal sealed class DriverAccess
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly FieldInfo DriverOf = Field(typeof(Inner.MySqlConnection), "driver");
    private static readonly Type DriverType = DriverOf.FieldType;
    private static readonly MethodInfo Open = DriverType.GetMethod("OpenAsync", Any) ?? throw Changed("Driver.OpenAsync");
    private static readonly FieldInfo HandlerOf = Field(DriverType, "handler");
    private static readonly Type HandlerType = DriverType.Assembly.GetType("MySql.Data.MySqlClient.NativeDriver", throwOnError: true)!;
    private static readonly FieldInfo NetworkOf = Field(HandlerType, "networkStream");
    private static readonly FieldInfo StreamOf = Field(HandlerType, "baseStream");

    private static readonly FieldInfo DriverOfLogin = Field(typeof(MySqlAuthenticationPlugin), "_driver");

    private readonly object _driver;

    // Before any driver is made, for what reads the list takes no lock.
    static DriverAccess()
    {
        AddLogin(typeof(VerifyCALogin));
        AddLogin(typeof(VerifyFullLogin));
    }

    /// <summary>A driver of our own, so that its socket is within reach while it is still connecting.</summary>
    public DriverAccess(Inner.MySqlConnectionStringBuilder settings) =>
        _driver = Activator.CreateInstance(DriverType, Any, null, [settings], null)!;

    private object Handler => HandlerOf.GetValue(_driver)!;

    /// <summary>Null until the TCP connection stands.</summary>
    public Socket? Socket => (NetworkOf.GetValue(Handler) as NetworkStream)?.Socket;

    /// <summary>The stream below MySql.Data's own buffering, which is empty between two commands; encrypted if the connection is.</summary>
    public Stream Stream => (Stream)StreamOf.GetValue(Handler)!;

    /// <summary>What the login of a mode that verifies certificates is called in MySql.Data's connection string.</summary>
    public static string LoginOf(MySqlSslMode mode) => mode == MySqlSslMode.VerifyFull ? nameof(VerifyFullLogin) : nameof(VerifyCALogin);

    /// <summary>The stream that a login is about to use.</summary>
    public static Stream? StreamOfLogin(MySqlAuthenticationPlugin login) => (Stream?)StreamOf.GetValue(DriverOfLogin.GetValue(login));

    /// <summary>Connects and logs in.</summary>
    public Task OpenAsync(CancellationToken cancellationToken) => (Task)Open.Invoke(_driver, [cancellationToken])!;

    /// <summary>Makes the connection use this driver instead of a new one when it opens.</summary>
    public void GiveTo(Inner.MySqlConnection connection) => DriverOf.SetValue(connection, _driver);

    // MySql.Data looks a login up by the name that the connection string asks for, and makes it by its type's name.
    private static void AddLogin(Type login)
    {
        var manager = typeof(MySqlAuthenticationPlugin).Assembly.GetType("MySql.Data.MySqlClient.Authentication.AuthenticationPluginManager", throwOnError: true)!;
        var logins = (IDictionary)Field(manager, "Plugins").GetValue(null)!;
        logins.Add(login.Name, Activator.CreateInstance(logins.GetType().GetGenericArguments()[1], login.AssemblyQualifiedName));
    }

    private static FieldInfo Field(Type type, string name) => type.GetField(name, Any) ?? throw Changed($"{type.Name}.{name}");

    private static MissingMemberException Changed(string member) => new($"MySql.Data has no {member}: the stand-in for MySqlConnector fits version 26.10.0 only.");
}
