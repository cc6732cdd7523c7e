namespace FooBar.Web.Security;

/// <summary>What a browser may do with this site: show its pages, its style sheet and its pictures, and send its forms.</summary>
internal static class SecurityHeaders
{
    private const long LargestRequest = 128 * 1024;

    private static readonly KeyValuePair<string, string>[] Headers =
    [
        new("Content-Security-Policy",
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
        new("X-Content-Type-Options", "nosniff"),
        new("Referrer-Policy", "strict-origin-when-cross-origin"),
        new("Cross-Origin-Opener-Policy", "same-origin"),
    ];

    /// <summary>The longest post in the most wasteful encoding is well below this.</summary>
    public static void AddRequestLimits(this WebApplicationBuilder builder) =>
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = LargestRequest);

    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(() =>
        {
            foreach (var (name, value) in Headers)
            {
                context.Response.Headers[name] = value;
            }

            return Task.CompletedTask;
        });
        return next(context);
    });
}
