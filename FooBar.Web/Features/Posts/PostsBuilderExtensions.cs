namespace FooBar.Web.Features.Posts;

internal static class PostsBuilderExtensions
{
    public static void AddPosts(this IHostApplicationBuilder builder)
    {
        builder.Services.AddScoped<CopyRead>();
        builder.Services.AddScoped<PostStore>();
    }
}
