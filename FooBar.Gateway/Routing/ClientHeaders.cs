using FooBar.ServiceDefaults.Proxies;

namespace FooBar.Gateway.Routing;

internal static class ClientHeaders
{
    private static readonly string[] Prefixes = ["X-Forwarded", "X-Original-"];
    private static readonly string[] Names = ["Forwarded", "X-Real-IP", GatewayHeaders.AskedAgain];

    /// <summary>Removes from a request what a client can only have forged: statements that are a proxy's to make.</summary>
    public static void UseCleanClientHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var headers = context.Request.Headers;
        foreach (var name in headers.Keys.Where(IsForAProxyToSay).ToArray())
        {
            headers.Remove(name);
        }

        return next(context);
    });

    private static bool IsForAProxyToSay(string name) =>
        Names.Contains(name, StringComparer.OrdinalIgnoreCase)
        || Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
