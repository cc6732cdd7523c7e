using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace FooBar.ServiceDefaults;

/// <summary>
/// What a log shows unless somebody asks for more: one line an event, no line per request. These are the lowest source of
/// configuration, so any other (appsettings.json, <c>Logging__LogLevel__Yarp=Debug</c>) overrides them.
/// </summary>
internal static class QuietLogging
{
    private static readonly Dictionary<string, string?> Defaults = new()
    {
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        ["Logging:LogLevel:MySqlConnector"] = "Warning",

        // In an image that presets ASPNETCORE_HTTP_PORTS every service that is given ASPNETCORE_URLS would warn that this wins.
        ["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = "Error",

        // These two repeat themselves at every probe, with a stack trace. The gateway's own policies and HealthLog say the same
        // once, when something changes, and name the request that failed.
        ["Logging:LogLevel:Yarp"] = "Error",
        ["Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks"] = "None",

        ["Logging:Console:FormatterName"] = "simple",
        ["Logging:Console:FormatterOptions:SingleLine"] = "true",
        ["Logging:Console:FormatterOptions:TimestampFormat"] = "HH:mm:ss.fff ",
        ["Logging:Console:FormatterOptions:UseUtcTimestamp"] = "true",
    };

    public static void AddQuietLogging(this IConfigurationBuilder configuration) =>
        configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = Defaults });
}
