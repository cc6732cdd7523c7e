using FooBar.Failover;
using FooBar.Failover.Api;
using FooBar.ServiceDefaults;
using FooBar.ServiceDefaults.Startup;

return await ServiceProcess.RunAsync(async ct =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddServiceDefaults();
    builder.AddFailover();

    var app = builder.Build();
    await app.OpenJournalAsync(ct);
    app.MapDefaultEndpoints();
    app.MapCluster();
    return app;
});
