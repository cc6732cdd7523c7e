using FooBar.Data;
using FooBar.ServiceDefaults;
using FooBar.ServiceDefaults.Startup;
using FooBar.Web.Features.Errors;
using FooBar.Web.Features.Posts;
using FooBar.Web.Keys;
using FooBar.Web.Security;

return await ServiceProcess.RunAsync(_ =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.WebHost.UseStaticWebAssets(); // in every environment: the program may run from its build output
    builder.AddServiceDefaults();
    builder.AddDatabase("foobar");
    builder.AddMigrations("foobar-migrations", typeof(Program).Assembly);
    builder.AddRequestLimits();
    builder.AddPages();
    builder.AddSharedKeys();
    builder.AddPosts();
    builder.AddApiDescription();

    var app = builder.Build();
    app.UseServedBy();
    app.UseForwardedHeaders();
    app.UseSecurityHeaders();
    app.UseErrorAnswers();
    app.UseRouting();
    app.MapStaticAssets();
    app.MapRazorPages().WithStaticAssets();
    app.MapPosts();
    app.MapOpenApi();
    app.MapDefaultEndpoints();
    return Task.FromResult(app);
});
