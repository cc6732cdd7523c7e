using Aspire.Hosting;
using FooBar.AppHost;
using FooBar.AppHost.MySqlCluster;
using FooBar.AppHost.Publishing;
using FooBar.AppHost.Running;

var builder = DistributedApplication.CreateBuilder(args);
if (AppHostSettings.Read(builder) is not { } settings)
{
    return 1;
}

var mysql = builder.AddMySqlCluster("mysql", nodes: 2)   // mysql-1 starts as primary, mysql-2 as its replica
    .WithDataVolumes(settings.VolumePrefix)
    .PublishAsStatefulSet(set => set.Storage = "10Gi")
    .PublishAsComposeService(service => service.Network = "data");
var foobar = mysql.AddDatabase("foobar");

builder.AddFailover<Projects.FooBar_Failover>("failover", foobar, settings.StateDirectory);
var web = builder.AddWeb<Projects.FooBar_Web>("web", count: 2, foobar);
var gateways = builder.AddGateways<Projects.FooBar_Gateway>("gateway", count: 2, web, settings);

builder.AddPublishing();
builder.AddRunReports(FixedPorts.Of(settings, gateways.Count));

return await builder.Build().RunToEndAsync();
