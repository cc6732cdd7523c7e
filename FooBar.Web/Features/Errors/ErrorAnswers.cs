using FooBar.Data.Routing;
using FooBar.ServiceDefaults.Proxies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Net.Http.Headers;

namespace FooBar.Web.Features.Errors;

/// <summary>Errors are pages for readers and problem details (RFC 9457) for programs.</summary>
internal static class ErrorAnswers
{
    /// <summary>A failover takes about this long.</summary>
    private const string RetryAfterSeconds = "2";

    public static void AddPages(this IHostApplicationBuilder builder)
    {
        builder.Services.AddProblemDetails(problems => problems.CustomizeProblemDetails = SayWhatWasWritten);
        builder.Services.AddRazorPages(pages => pages.RootDirectory = "/Features");
    }

    /// <summary>Call it before UseRouting: the error page is routed to like any other.</summary>
    public static void UseErrorAnswers(this IApplicationBuilder app)
    {
        app.Use(AddRetryAfter);
        app.UseWhen(IsForPrograms, programs => programs
            .UseExceptionHandler(new ExceptionHandlerOptions { StatusCodeSelector = StatusOf, SuppressDiagnosticsCallback = IsToldInOneLine })
            .UseStatusCodePages());
        app.UseWhen(context => !IsForPrograms(context), readers => readers
            .UseExceptionHandler(new ExceptionHandlerOptions { StatusCodeSelector = StatusOf, SuppressDiagnosticsCallback = IsToldInOneLine, ExceptionHandlingPath = "/error" })
            .UseStatusCodePagesWithReExecute("/error"));
    }

    /// <summary>A program that does not ask again has to know whether nothing happened, or whether that is open.</summary>
    internal static void SayWhatWasWritten(ProblemDetailsContext context)
    {
        if (context.Exception is NoPrimaryException or OutcomeUnknownException)
        {
            var mayBe = context.Exception is OutcomeUnknownException || context.HttpContext.Request.Headers.ContainsKey(GatewayHeaders.AskedAgain);
            context.ProblemDetails.Extensions["written"] = mayBe ? "unknown" : "no";
        }
    }

    private static bool IsForPrograms(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/api") || context.Request.Path.StartsWithSegments("/openapi");

    private static int StatusOf(Exception failure) => failure switch
    {
        DatabaseUnavailableException or TimeoutException => StatusCodes.Status503ServiceUnavailable,
        BadHttpRequestException bad => bad.StatusCode,
        _ => StatusCodes.Status500InternalServerError,
    };

    private static bool IsToldInOneLine(ExceptionHandlerSuppressDiagnosticsContext failed)
    {
        if (failed.Exception is not DatabaseUnavailableException failure)
        {
            return false;
        }

        UnavailableLog.Write(failed.HttpContext, failure);
        return true;
    }

    private static Task AddRetryAfter(HttpContext context, RequestDelegate next)
    {
        // When the response starts: the exception handler clears the headers that are set by then.
        context.Response.OnStarting(() =>
        {
            if (context.Response.StatusCode == StatusCodes.Status503ServiceUnavailable)
            {
                context.Response.Headers[HeaderNames.RetryAfter] = RetryAfterSeconds;
            }

            return Task.CompletedTask;
        });
        return next(context);
    }
}
