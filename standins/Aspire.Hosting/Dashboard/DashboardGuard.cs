using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Aspire.Hosting.Dashboard;

/// <summary>
/// Keeps other web sites that run in the same browser out: a name that was rebound to 127.0.0.1 is no loopback name, and a command
/// needs the same origin and the token of this run, which only this origin can read.
/// </summary>
internal sealed class DashboardGuard
{
    public const string TokenHeader = "X-Dashboard-Token";

    /// <summary>New with every run, so it tells a page also that it looks at another run than before.</summary>
    public string Token { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    public Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        return Objection(context.Request) is { } objection
            ? TypedResults.Text(objection, statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(context)
            : next(context);
    }

    private string? Objection(HttpRequest request)
    {
        if (request.Host.Host is not ("localhost" or "127.0.0.1" or "[::1]"))
        {
            return "The dashboard answers to localhost, 127.0.0.1 and [::1] only.";
        }

        var site = request.Headers["Sec-Fetch-Site"].ToString();
        var origin = request.Headers.Origin.ToString();
        if (request.Path.StartsWithSegments("/api", StringComparison.Ordinal)
            && (site is not ("" or "same-origin" or "none") || (origin is not "" && origin != $"{request.Scheme}://{request.Host}")))
        {
            return "Requests of other origins are refused.";
        }

        return HttpMethods.IsGet(request.Method) || HasToken(request) ? null : $"A command needs the header {TokenHeader} with the token of this run.";
    }

    private bool HasToken(HttpRequest request) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(request.Headers[TokenHeader].ToString()), Encoding.UTF8.GetBytes(Token));
}
