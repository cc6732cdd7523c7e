using System.Buffers;
using System.IO.Pipelines;
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

    /// <summary>In bytes. Longer bodies pass through as they come, and their requests are not repeated.</summary>
    public const int LongestBody = 64 * 1024;

    private static readonly object Mark = new();

    public static void UseRepeatableWrites(this IReverseProxyApplicationBuilder proxy)
    {
        if (!proxy.ApplicationServices.GetRequiredService<IOptions<GatewayOptions>>().Value.RepeatWrites)
        {
            return;
        }

        proxy.Use(async (context, next) =>
        {
            if (IsWrite(context.Request.Method))
            {
                GiveKey(context.Request);
                try
                {
                    if (await KeepBodyAsync(context))
                    {
                        context.Items[Mark] = true;
                    }
                }
                catch (BadHttpRequestException bad)
                {
                    await TypedResults.Problem(bad.Message, statusCode: bad.StatusCode).ExecuteAsync(context);
                    return;
                }
            }

            await next(context);
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

    // Of unknown length is what HttpClient sends as JSON, for one. What is neither that nor a form may be a conversation, in which the
    // client waits for an answer before it goes on.
    private static async Task<bool> KeepBodyAsync(HttpContext context)
    {
        var request = context.Request;
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == false)
        {
            return true;
        }

        if (request.ContentLength > LongestBody || (request.ContentLength is null && !request.HasJsonContentType() && !request.HasFormContentType))
        {
            return false;
        }

        var reader = request.BodyReader;
        var read = await reader.ReadAtLeastAsync(LongestBody + 1, context.RequestAborted);
        if (!read.IsCompleted || read.Buffer.Length > LongestBody)
        {
            reader.AdvanceTo(read.Buffer.Start); // it is all there yet for whoever reads next
            return false;
        }

        var body = read.Buffer.ToArray();
        reader.AdvanceTo(read.Buffer.End);
        request.Body = new MemoryStream(body, writable: false);
        return true;
    }
}
