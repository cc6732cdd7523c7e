using FooBar.Failover;
using FooBar.Failover.Api;
using FooBar.ServiceDefaults;
using FooBar.ServiceDefaults.Shutdown;
using FooBar.ServiceDefaults.Startup;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddDrain();
builder.AddFailover();

var app = builder.Build();
var end = app.Services.GetRequiredService<ProcessEnd>();
app.UseStartupErrors();
app.UseDrain();
app.UseOperatorAdvice();
app.MapDefaultEndpoints();
app.MapCluster();
app.MapOperator();
app.Run();
return end.ExitCode;
