namespace FooBar.Web.Consistency;

/// <summary>Users see what they have written, whichever copy of the database they are answered from.</summary>
internal static class ConsistencyBuilderExtensions
{
    /// <summary>The token, in requests and in answers to writes.</summary>
    public const string TokenHeader = "X-Consistency-Token";

    /// <summary>"behind" in an answer that lacks, or may lack, a write of its reader.</summary>
    public const string StateHeader = "X-Consistency";

    /// <summary>The token again, for browsers.</summary>
    public const string Cookie = "foobar.consistency";

    public static void AddConsistency(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ConsistencyTokens>();
        builder.Services.AddScoped<OwnWrites>();
        builder.Services.AddScoped<CopyRead>();
    }

    public static void UseConsistency(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var request = context.Request;
        context.RequestServices.GetRequiredService<OwnWrites>().Bring(
            request.Headers.TryGetValue(TokenHeader, out var header) ? header.ToString() : request.Cookies[Cookie]);
        context.Response.OnStarting(Tell, context);
        return next(context);
    });

    private static Task Tell(object state)
    {
        var context = (HttpContext)state;
        var services = context.RequestServices;
        if (services.GetRequiredService<OwnWrites>().Made is { } write && services.GetRequiredService<ConsistencyTokens>().Issue(write) is { } token)
        {
            context.Response.Headers[TokenHeader] = token;
            // Not Secure: who writes over https and goes on over http has to find that write, too. It gives nobody any right.
            context.Response.Cookies.Append(Cookie, token, new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Lax,
                MaxAge = ConsistencyTokens.Lifetime,
                IsEssential = true,
            });
        }

        if (services.GetRequiredService<CopyRead>().IsBehind)
        {
            context.Response.Headers[StateHeader] = "behind";
        }

        return Task.CompletedTask;
    }
}
