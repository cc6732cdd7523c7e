using Microsoft.OpenApi;

namespace FooBar.Web.Idempotency;

internal static class IdempotencyBuilderExtensions
{
    /// <summary>Call it after UseRouting: only some endpoints honour keys.</summary>
    public static void UseIdempotencyKeys(this IApplicationBuilder app) => app.UseMiddleware<IdempotencyMiddleware>();

    /// <summary>Tells in the API's description which endpoints honour keys.</summary>
    public static void DescribeIdempotencyKeys(this Microsoft.AspNetCore.OpenApi.OpenApiOptions api) => api.AddOperationTransformer((operation, context, _) =>
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<HonoursIdempotencyKey>().Any())
        {
            operation.Parameters = [.. operation.Parameters ?? [], new OpenApiParameter
            {
                Name = IdempotencyKeyHeader.Name,
                In = ParameterLocation.Header,
                Description = "The same key with the same request gets the same answer, and is carried out once.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = IdempotencyKeyHeader.MaxLength },
            }];
        }

        return Task.CompletedTask;
    });
}
