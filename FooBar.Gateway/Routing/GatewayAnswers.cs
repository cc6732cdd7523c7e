using System.Net.Mime;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace FooBar.Gateway.Routing;

/// <summary>
/// What a client reads when no replica answered: problem details (RFC 9457), or a page for a browser. It carries no
/// X-Served-By, because nobody served it. Answers of a replica, whatever their status, pass untouched.
/// </summary>
internal static partial class GatewayAnswers
{
    public static void UseGatewayAnswers(this WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(GatewayAnswers));
        app.Use(async (context, next) =>
        {
            await next(context);

            // YARP sets this feature only when forwarding failed. A client that went away needs no answer and is no news.
            if (context.Features.Get<IForwarderErrorFeature>() is { } failure && !context.RequestAborted.IsCancellationRequested)
            {
                await AnswerAsync(context, failure, logger);
            }
        });
    }

    private static async Task AnswerAsync(HttpContext context, IForwarderErrorFeature failure, ILogger logger)
    {
        var replica = context.Features.Get<IReverseProxyFeature>()?.ProxiedDestination?.DestinationId ?? "no replica";
        var reason = failure.Exception?.GetBaseException().Message ?? failure.Error.ToString();
        var request = (context.Request.Method, Path: context.Request.Path.ToUriComponent());
        if (context.Response.HasStarted)
        {
            BrokenOff(logger, replica, request.Method, request.Path, reason);
            return;
        }

        var status = context.Response.StatusCode;
        Failed(logger, replica, request.Method, request.Path, status, reason);

        var sentence = Sentence(status);
        context.Response.Headers.CacheControl = "no-store";
        if (PrefersPage(context.Request))
        {
            await TypedResults.Content(Page(sentence), "text/html; charset=utf-8", statusCode: status).ExecuteAsync(context);
        }
        else
        {
            await TypedResults.Problem(sentence, statusCode: status).ExecuteAsync(context);
        }
    }

    private static string Sentence(int status) => status switch
    {
        StatusCodes.Status503ServiceUnavailable => "No server of this site is available at the moment; please try again shortly.",
        StatusCodes.Status504GatewayTimeout => "The server took too long to answer; please check whether your request took effect before you repeat it.",
        _ => "The server could not be reached or broke off; please try again shortly.",
    };

    private static bool PrefersPage(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(accept => accept.MediaType.Equals(MediaTypeNames.Text.Html, StringComparison.OrdinalIgnoreCase));

    private static string Page(string sentence) => $$"""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>Not available</title>
        <style>body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 20vh auto; padding: 0 1.5rem }</style>
        <p>{{sentence}}</p>
        </html>
        """;

    [LoggerMessage(1100, LogLevel.Warning, "No answer from {Replica} to {Method} {Path}, answered {Status}: {Reason}")]
    private static partial void Failed(ILogger logger, string replica, string method, string path, int status, string reason);

    [LoggerMessage(1101, LogLevel.Warning, "Broken off by {Replica} in the middle of its answer to {Method} {Path}: {Reason}")]
    private static partial void BrokenOff(ILogger logger, string replica, string method, string path, string reason);
}
