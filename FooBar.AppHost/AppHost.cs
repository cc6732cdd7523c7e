using Aspire.Hosting;
using FooBar.AppHost;
using FooBar.AppHost.MySqlCluster;
using FooBar.AppHost.Publishing;

var builder = DistributedApplication.CreateBuilder(args);
if (AppHostSettings.Read(builder) is not { } settings)
{
    return 1;
}

var mysql = builder.AddMySqlCluster("mysql", nodes: 2, settings.DataVolumes)   // mysql-1 starts as primary, mysql-2 as its replica
    .PublishAsStatefulSet(set => set.Storage = "10Gi")
    .PublishAsComposeService(service => service.Network = "data");
var foobar = mysql.AddDatabase("foobar");

builder.AddFailover<Projects.FooBar_Failover>("failover", foobar, settings.StateDirectory);
var web = builder.AddWeb<Projects.FooBar_Web>("web", count: 2, foobar);
builder.AddGateways<Projects.FooBar_Gateway>("gateway", count: 2, web, settings);

builder.AddPublishing();

builder.Build().Run();
return Environment.ExitCode;
