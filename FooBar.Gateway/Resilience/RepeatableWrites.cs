using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace FooBar.Gateway.Resilience;

/// <summary>
/// Makes of a request that changes something one that another replica may be asked, should the first not answer: it carries an
/// <c>Idempotency-Key</c> (draft-ietf-httpapi-idempotency-key-header), the client's own or one that is made here, under which the site
/// carries it out once; and its body is kept until it is answered. See docs/decisions/asked-again.md.
/// </summary>
internal static class RepeatableWrites
{
    public const string KeyHeader = "Idempotency-Key";

    /// <summary>In bytes. Longer bodies, and those of unknown length, pass through as they come, and their requests are not repeated.</summary>
    public const int LongestBody = 64 * 1024;

    private static readonly object Mark = new();

    public static void UseRepeatableWrites(this IReverseProxyApplicationBuilder proxy)
    {
        if (!proxy.ApplicationServices.GetRequiredService<IOptions<GatewayOptions>>().Value.RepeatWrites)
        {
            return;
        }

        proxy.Use((context, next) =>
        {
            if (IsWrite(context.Request.Method))
            {
                GiveKey(context.Request);
                KeepBody(context);
            }

            return next();
        });
    }

    public static bool IsRepeatableWrite(this HttpContext context) => context.Items.ContainsKey(Mark);

    private static bool IsWrite(string method) =>
        HttpMethods.IsPost(method) || HttpMethods.IsPut(method) || HttpMethods.IsPatch(method) || HttpMethods.IsDelete(method);

    private static void GiveKey(HttpRequest request)
    {
        if (request.Headers[KeyHeader].Count == 0)
        {
            request.Headers[KeyHeader] = Guid.NewGuid().ToString();
        }
    }

    private static void KeepBody(HttpContext context)
    {
        var hasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != false;
        if (!hasBody || context.Request.ContentLength <= LongestBody)
        {
            context.Request.EnableBuffering(LongestBody);
            context.Items[Mark] = true;
        }
    }
}
