using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FooBar.ServiceDefaults;

public static class ServedByApplicationExtensions
{
    /// <summary>The response header that names the replica which answered.</summary>
    public const string HeaderName = "X-Served-By";

    /// <summary>
    /// Names this replica in every response, error pages included. Call it first: what runs before it answers anonymously.
    /// </summary>
    public static IApplicationBuilder UseServedBy(this IApplicationBuilder app)
    {
        var name = app.ApplicationServices.GetRequiredService<ServiceIdentity>().ServedBy;
        return app.Use((context, next) =>
        {
            // When the response starts and not now: the exception handler clears headers that are already set.
            context.Response.OnStarting(() =>
            {
                context.Response.Headers[HeaderName] = name;
                return Task.CompletedTask;
            });
            return next(context);
        });
    }
}
