using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace FooBar.ServiceDefaults.Telemetry;

/// <summary>
/// Completes ASP.NET Core's span of a request with what is known only at its end: route, status, and a name made of method and
/// route. https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span
/// </summary>
internal sealed class RequestSpans : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (context, proceed) =>
        {
            var span = context.Features.Get<IHttpActivityFeature>()?.Activity;
            if (span is not { IsAllDataRequested: true })
            {
                await proceed(context);
                return;
            }

            try
            {
                await proceed(context);
                Complete(span, context, context.Response.StatusCode);
            }
            catch (Exception failure)
            {
                span.SetTag("error.type", failure.GetType().FullName);
                Complete(span, context, StatusCodes.Status500InternalServerError);
                throw;
            }
        });
        next(app);
    };

    private static void Complete(Activity span, HttpContext context, int status)
    {
        span.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
        {
            span.SetStatus(ActivityStatusCode.Error);
        }

        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        if (route is not null)
        {
            span.SetTag("http.route", route);
        }

        span.DisplayName = route is null ? context.Request.Method : $"{context.Request.Method} {route}";
    }
}
