using System.Reflection;
using FooBar.Data.Idempotency;

namespace FooBar.Web.Idempotency;

/// <summary>
/// The idempotency key of a request to the API. A handler that takes one as a parameter honours the header Idempotency-Key, and
/// has what a write needs; the header, the body's hash and the refusals are taken care of.
/// </summary>
internal sealed record RequestKey(IdempotencyKey Value) : IBindableFromHttpContext<RequestKey>, Microsoft.AspNetCore.Http.Metadata.IEndpointParameterMetadataProvider
{
    public static ValueTask<RequestKey?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult(context.Features.Get<RequestKey>());

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        builder.Metadata.Add(HonoursIdempotencyKey.Instance);
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status422UnprocessableEntity, typeof(Microsoft.AspNetCore.Mvc.ProblemDetails), ["application/problem+json"]));
    }
}

/// <summary>Marks an endpoint whose writes are made once for each key.</summary>
internal sealed class HonoursIdempotencyKey
{
    public static HonoursIdempotencyKey Instance { get; } = new();
}
