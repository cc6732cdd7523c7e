using System.Text.Json.Serialization;
using FooBar.Web.Idempotency;

namespace FooBar.Web.Features.Posts;

internal static class PostsBuilderExtensions
{
    public static void AddPosts(this IHostApplicationBuilder builder)
    {
        builder.Services.AddScoped<PostStore>();
    }

    /// <summary>Describes the API at <c>/openapi/v1.json</c>.</summary>
    public static void AddApiDescription(this IHostApplicationBuilder builder)
    {
        // A number is a number: the default also reads strings, and would say so in every schema.
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict);
        builder.Services.AddOpenApi(api =>
        {
            api.DescribeIdempotencyKeys();
            api.AddDocumentTransformer((document, _, _) =>
            {
                document.Info.Title = "FooBar";
                return Task.CompletedTask;
            });
        });
    }
}
