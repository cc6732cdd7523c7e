using FooBar.Data;
using FooBar.ServiceDefaults;
using FooBar.ServiceDefaults.Startup;
using FooBar.Web.Consistency;
using FooBar.Web.Features;
using FooBar.Web.Features.Errors;
using FooBar.Web.Features.Posts;
using FooBar.Web.Idempotency;
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
    builder.AddConsistency();
    builder.AddPosts();
    builder.AddApiDescription();

    var app = builder.Build();
    app.UseServedBy();
    app.UseForwardedHeaders();
    app.UseSecurityHeaders();
    app.UseErrorAnswers();
    app.UseConsistency();
    app.UseRouting();
    app.UseIdempotencyKeys();
    app.MapSite();
    return Task.FromResult(app);
});
