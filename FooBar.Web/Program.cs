using FooBar.Data;
using FooBar.ServiceDefaults;
using FooBar.ServiceDefaults.Proxies;
using FooBar.ServiceDefaults.Shutdown;
using FooBar.ServiceDefaults.Startup;
using FooBar.Web.Consistency;
using FooBar.Web.Features;
using FooBar.Web.Features.Errors;
using FooBar.Web.Features.Posts;
using FooBar.Web.Idempotency;
using FooBar.Web.Keys;
using FooBar.Web.Security;

var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseStaticWebAssets(); // in every environment: the program may run from its build output
builder.AddServiceDefaults();
builder.AddDrain();
builder.AddTrustedProxies();
builder.AddDatabase("foobar");
builder.AddMigrations("foobar-migrations", typeof(Program).Assembly);
builder.AddRequestLimits();
builder.AddPages();
builder.AddSharedKeys();
builder.AddConsistency();
builder.AddPosts();
builder.AddApiDescription();

var app = builder.Build();
app.UseStartupErrors();
app.UseDrain();
app.UseServedBy();
app.UseForwardedHeaders();
app.UseSecurityHeaders();
app.UseErrorAnswers();
app.UseConsistency();
app.UseRouting();
app.UseIdempotencyKeys();
app.MapSite();
app.Run();
