using FooBar.Gateway;
using FooBar.Gateway.Discovery;
using FooBar.Gateway.Health;
using FooBar.Gateway.Listening;
using FooBar.Gateway.Routing;
using FooBar.ServiceDefaults;
using FooBar.ServiceDefaults.Startup;

return await ServiceProcess.RunAsync(async ct =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddServiceDefaults();
    builder.AddGatewayOptions();
    builder.AddListeners();
    builder.AddReplicas();
    builder.AddReplicaDiscovery();
    builder.AddReplicaHealth();

    var app = builder.Build();
    await app.OpenListenersAsync(ct);
    app.UseManagementPort();
    app.UseGatewayAnswers();
    app.UseCleanClientHeaders();
    app.UseRouting();
    app.MapReplicas();
    return app;
});
