using Inner = MySql.Data.MySqlClient;

namespace MySqlConnector;

/// <summary>MySqlConnector's options in the words of MySql.Data. Pooling and every time limit are the stand-in's own.</summary>
internal static class InnerSettings
{
    public static Inner.MySqlConnectionStringBuilder From(MySqlConnectionStringBuilder settings)
    {
        foreach (var option in ConnectionStringOption.All.Where(option => !option.Honoured && settings.ContainsKey(option.Name)))
        {
            throw Unsupported($"'{option.Name}'");
        }

        if (settings.Server.Contains(',', StringComparison.Ordinal))
        {
            throw Unsupported("several hosts in 'Server'");
        }

        var translated = new Inner.MySqlConnectionStringBuilder
        {
            Server = settings.Server.Length > 0 ? settings.Server : "localhost",
            Port = settings.Port,
            UserID = settings.UserID,
            Password = settings.Password,
            Database = settings.Database,
            SslMode = settings.SslMode switch
            {
                MySqlSslMode.Disabled => Inner.MySqlSslMode.Disabled,
                MySqlSslMode.Preferred => Inner.MySqlSslMode.Preferred,
                _ => Inner.MySqlSslMode.Required,
            },
            AllowPublicKeyRetrieval = settings.AllowPublicKeyRetrieval,
            AllowUserVariables = settings.AllowUserVariables,
            TreatTinyAsBoolean = settings.TreatTinyAsBoolean,
            UseAffectedRows = settings.UseAffectedRows,
            CharacterSet = "utf8mb4",
            Pooling = false,
            AutoEnlist = false,
            DefaultCommandTimeout = 0,
            ConnectionTimeout = settings.ConnectionTimeout,
        };
        if (settings.SslMode >= MySqlSslMode.VerifyCA)
        {
            translated.SslCa = settings.SslCa;
            translated["DefaultAuthenticationPlugin"] = DriverAccess.LoginOf(settings.SslMode);
        }

        return translated;
    }

    private static NotSupportedException Unsupported(string what) => new(
        $"The stand-in for MySqlConnector does not do {what}; build with the real package, or leave it out of the connection string.");
}
