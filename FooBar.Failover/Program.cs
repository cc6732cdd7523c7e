using FooBar.Failover;
using FooBar.Failover.Api;
using FooBar.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults();
builder.AddFailover();

var app = builder.Build();

app.MapDefaultEndpoints();
app.MapCluster();

app.Run();
