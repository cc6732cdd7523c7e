using FooBar.Failover;
using FooBar.Failover.Api;
using FooBar.ServiceDefaults;
using FooBar.ServiceDefaults.Startup;

return await ServiceProcess.RunAsync(_ =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddServiceDefaults();
    builder.AddFailover();

    var app = builder.Build();
    app.UseOperatorAdvice();
    app.MapDefaultEndpoints();
    app.MapCluster();
    app.MapOperator();
    return Task.FromResult(app);
});
