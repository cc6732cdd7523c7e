using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace FooBar.Tests.Unit.AppModel;

public sealed class EnvironmentTests
{
    [Fact]
    public async Task Environment_OfEveryKindOfValue_IsResolved()
    {
        var builder = AppModel.Create();
        var web = builder.AddService("web", ("http", 5001));
        var key = builder.AddParameter("key", "sesame", secret: true);
        var consumer = builder.AddService("consumer")
            .WithEnvironment("TEXT", "text")
            .WithEnvironment("CALLED", () => "later")
            .WithEnvironment("ENDPOINT", web.GetEndpoint("http"))
            .WithEnvironment("PORT", web.GetEndpoint("http").Property(EndpointProperty.Port))
            .WithEnvironment("KEY", key)
            .WithEnvironment("MIXED", $"{web.GetEndpoint("http")}/?key={key}")
            .WithEnvironment(context => context.EnvironmentVariables["SET"] = context.Resource.Name);

        var environment = await consumer.EnvironmentAsync();

        Assert.Equal("text", environment["TEXT"]);
        Assert.Equal("later", environment["CALLED"]);
        Assert.Equal("http://localhost:5001", environment["ENDPOINT"]);
        Assert.Equal("5001", environment["PORT"]);
        Assert.Equal("sesame", environment["KEY"]);
        Assert.Equal("http://localhost:5001/?key=sesame", environment["MIXED"]);
        Assert.Equal("consumer", environment["SET"]);
    }

    [Fact]
    public async Task Reference_ToService_NamesEachEndpointForServiceDiscovery()
    {
        var builder = AppModel.Create();
        var web = builder.AddService("web-1", ("http", 5001), ("management", 5002));

        var environment = await builder.AddService("gateway").WithReference(web).EnvironmentAsync();

        Assert.Equal("http://localhost:5001", environment["services__web-1__http__0"]);
        Assert.Equal("http://localhost:5002", environment["services__web-1__management__0"]);
    }

    [Fact]
    public async Task Reference_ToOneEndpoint_NamesNoOther()
    {
        var builder = AppModel.Create();
        var web = builder.AddService("web", ("http", 5001), ("management", 5002));

        var environment = await builder.AddService("gateway").WithReference(web.GetEndpoint("management")).EnvironmentAsync();

        Assert.Equal("http://localhost:5002", environment["services__web__management__0"]);
        Assert.DoesNotContain("services__web__http__0", environment.Keys);
    }

    [Fact]
    public async Task Reference_ToConnectionString_GoesByTheNameOfTheResourceOrTheGivenOne()
    {
        var builder = AppModel.Create();
        var database = builder.AddResource(new AppModel.Database("foo-db", ReferenceExpression.Create($"Server=db.example")));

        var environment = await builder.AddService("web").WithReference(database).WithReference(database, "other").EnvironmentAsync();

        Assert.Equal("Server=db.example", environment["ConnectionStrings__foo-db"]);
        Assert.Equal("Server=db.example", environment["ConnectionStrings__other"]);
        Assert.Equal("db.example", environment["FOO_DB_HOST"]);
    }

    [Fact]
    public async Task Reference_ToEmptyConnectionString_FailsUnlessItIsOptional()
    {
        var builder = AppModel.Create();
        var empty = builder.AddResource(new AppModel.Database("empty", ReferenceExpression.Empty));

        Assert.Null(await builder.AddService("lenient").WithReference(empty, optional: true).ConfigurationFailureAsync());
        Assert.NotNull(await builder.AddService("strict").WithReference(empty).ConfigurationFailureAsync());
    }

    [Fact]
    public async Task Endpoint_WithVariable_PassesItsTargetPort()
    {
        var builder = AppModel.Create();
        var gateway = builder.AddService("gateway").WithHttpEndpoint(port: 8080, targetPort: 8080, env: "GATEWAY_PORT", isProxied: false);

        Assert.Equal("8080", (await gateway.EnvironmentAsync())["GATEWAY_PORT"]);
    }

    [Fact]
    public async Task Arguments_OfEveryKind_KeepTheirOrder()
    {
        var builder = AppModel.Create();
        var web = builder.AddService("web", ("http", 5001));
        var consumer = builder.AddService("consumer").WithArgs("one", "two").WithArgs(web.GetEndpoint("http"), "four").WithArgs(context => context.Args.Insert(0, "zero"));

        Assert.Equal(["zero", "one", "two", "http://localhost:5001", "four"], await consumer.ArgumentsAsync());
    }
}
