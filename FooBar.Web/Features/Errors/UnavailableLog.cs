using FooBar.Data.Routing;
using Microsoft.AspNetCore.Diagnostics;

namespace FooBar.Web.Features.Errors;

/// <summary>
/// A database that is away is no bug, and where in the code that was noticed says nothing: one line for each answer, where
/// stack traces would bury what the log has to say of it.
/// </summary>
internal static partial class UnavailableLog
{
    public static void Write(HttpContext http, DatabaseUnavailableException failure) => LogUnavailable(
        http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(UnavailableLog)),
        http.Request.Method, http.Features.Get<IExceptionHandlerPathFeature>()?.Path ?? http.Request.Path, failure.Message);

    [LoggerMessage(2040, LogLevel.Warning, "{Method} {Path} is answered with 503: {Reason}")]
    private static partial void LogUnavailable(ILogger logger, string method, string path, string reason);
}
