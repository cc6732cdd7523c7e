using FooBar.Gateway;
using FooBar.Gateway.Discovery;
using FooBar.Gateway.Health;
using FooBar.Gateway.Listening;
using FooBar.Gateway.Routing;
using FooBar.ServiceDefaults;
using FooBar.ServiceDefaults.Shutdown;
using FooBar.ServiceDefaults.Startup;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddDrain();
builder.AddGatewayOptions();
builder.AddListeners();
builder.AddReplicas();
builder.AddReplicaDiscovery();
builder.AddReplicaHealth();

var app = builder.Build();
app.UseStartupErrors();
await app.OpenListenersAsync(CancellationToken.None);
app.UseDrain();
app.UseManagementPort();
app.UseGatewayAnswers();
app.UseCleanClientHeaders();
app.UseRouting();
app.MapReplicas();
app.Run();
