using FooBar.ServiceDefaults;
using FooBar.Web.Features.Posts;

namespace FooBar.Web.Features;

/// <summary>Everything that can be asked for. A test goes over all of it.</summary>
internal static class SiteEndpoints
{
    public static void MapSite(this WebApplication app)
    {
        app.MapStaticAssets();
        app.MapRazorPages().WithStaticAssets();
        app.MapPosts();
        app.MapOpenApi();
        app.MapDefaultEndpoints();
    }
}
