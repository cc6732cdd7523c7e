using FooBar.ServiceDefaults;
using FooBar.Web.Consistency;
using FooBar.Web.Features;
using FooBar.Web.Features.Errors;
using FooBar.Web.Features.Posts;
using FooBar.Web.Idempotency;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FooBar.Tests.Unit.Web;

/// <summary>What holds for everything that the site can be asked for.</summary>
public sealed class SiteEndpointsTests
{
    [Fact]
    public async Task Post_EveryEndpointOfTheApi_TakesAnIdempotencyKey()
    {
        await using var site = Site();
        var posts = Endpoints(site).Where(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains("POST") == true).ToList();

        Assert.NotEmpty(posts);
        Assert.All(posts, endpoint => Assert.True(
            endpoint.Metadata.GetMetadata<HonoursIdempotencyKey>() is not null,
            $"{endpoint.DisplayName} honours no idempotency key: let its handler take a RequestKey, and give that to Database.WriteAsync."));
    }

    [Fact]
    public async Task Post_EveryPageWithAForm_TakesAFormKey()
    {
        await using var site = Site();
        var loader = site.Services.GetRequiredService<PageLoader>();
        var pages = await Task.WhenAll(Endpoints(site)
            .Where(endpoint => endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null)
            .Select(endpoint => loader.LoadAsync(endpoint.Metadata.GetMetadata<PageActionDescriptor>()!, endpoint.Metadata)));
        var forms = pages.Where(page => page.HandlerMethods.Any(handler => handler.HttpMethod == "Post")).ToList();

        Assert.NotEmpty(forms);
        Assert.All(forms, form => Assert.True(
            form.ModelTypeInfo!.GetProperties().Any(property => property.PropertyType == typeof(FormKey) && property.IsDefined(typeof(BindPropertyAttribute), true)),
            $"{form.DisplayName} takes a form without a key: bind a FormKey, render the partial _FormKey, and give the key to Database.WriteAsync."));
    }

    private static IEnumerable<Endpoint> Endpoints(WebApplication site) => ((IEndpointRouteBuilder)site).DataSources.SelectMany(source => source.Endpoints);

    private static WebApplication Site()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ApplicationName = typeof(SiteEndpoints).Assembly.GetName().Name });
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.AddPages();
        builder.AddConsistency();
        builder.AddPosts();
        builder.AddApiDescription();
        var site = builder.Build();
        site.MapSite();
        return site;
    }
}
