using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using FooBar.Data.Idempotency;

namespace FooBar.Web.Idempotency;

/// <summary>Gives each request to an endpoint that takes a <see cref="RequestKey"/> its key: the client's, or one of its own.</summary>
internal sealed class IdempotencyMiddleware(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint endpoint || endpoint.Metadata.GetMetadata<HonoursIdempotencyKey>() is null)
        {
            await next(context);
            return;
        }

        if (!IdempotencyKeyHeader.TryRead(context.Request.Headers[IdempotencyKeyHeader.Name], out var key))
        {
            await TypedResults.Problem(IdempotencyKeyHeader.Rule, statusCode: StatusCodes.Status400BadRequest).ExecuteAsync(context);
            return;
        }

        // There are no users yet: whoever brings a route's key and the very same body gets the answer. With users they join the scope.
        context.Features.Set(new RequestKey(key is null
            ? IdempotencyKey.New()
            : IdempotencyKey.Of($"{context.Request.Method} {endpoint.RoutePattern.RawText}", key, await HashAsync(context.Request, context.RequestAborted))));
        try
        {
            await next(context);
        }
        catch (KeyReusedException e) when (!context.Response.HasStarted)
        {
            await TypedResults.Problem(e.Message, statusCode: StatusCodes.Status422UnprocessableEntity).ExecuteAsync(context);
        }
    }

    /// <summary>Of all that the answer depends on: method, address and body.</summary>
    private static async Task<byte[]> HashAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.PathBase}{request.Path}{request.QueryString}\n"));

        // In memory: a body is at most what SecurityHeaders allows.
        request.EnableBuffering(bufferThreshold: 256 * 1024);
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            while (await request.Body.ReadAsync(buffer, cancellationToken) is > 0 and var length)
            {
                hash.AppendData(buffer, 0, length);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        request.Body.Position = 0;
        return hash.GetHashAndReset();
    }
}
