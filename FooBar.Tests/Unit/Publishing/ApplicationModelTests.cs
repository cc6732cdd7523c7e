using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using FooBar.AppHost.MySqlCluster;
using FooBar.AppHost.Publishing;
using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Unit.Publishing;

/// <summary>What is published comes from the application model: whatever is added to it is there.</summary>
public sealed class ApplicationModelTests
{
    // One without a launch profile, whose endpoints would be in the model.
    private const string Project = "../FooBar.Data/FooBar.Data.csproj";

    [Fact]
    public async Task Service_Added_IsPublishedWithAllThatItIsGiven()
    {
        var published = await PublishedModel.OfAsync(
            builder =>
            {
                var database = builder.AddMySqlCluster("mysql", nodes: 3).AddDatabase("orders");
                var catalogue = builder.AddProject("catalogue", Project).WithHttpEndpoint();
                var key = builder.AddParameter("api-key", secret: true);
                builder.AddProject("worker", Project).WithHttpEndpoint()
                    .WithReference(catalogue).WithReference(database)
                    .WithEnvironment("Worker__Size", builder.AddParameter("size"))
                    .WithEnvironment("Worker__Catalogue", catalogue.GetEndpoint("http").Property(EndpointProperty.HostAndPort))
                    .WithEnvironment("Worker__Authorization", $"Bearer {key}")
                    .WithEnvironment("Worker__Key", key)
                    .WithEnvironment("Worker__Text", "text");
            },
            ("Parameters:size", "7"));

        var environment = published.Environment("worker");
        Assert.Equal("7", environment["Worker__Size"]);
        Assert.Equal("text", environment["Worker__Text"]);
        Assert.Equal("catalogue:8080", environment["Worker__Catalogue"]);
        Assert.Equal("http://catalogue:8080", environment["services__catalogue__http__0"]);
        Assert.Equal("<parameters/api-key>", environment["Worker__Key"]);
        Assert.Equal("Bearer <parameters/api-key>", environment["Worker__Authorization"]);
        Assert.Equal(
            "Server=mysql-0.mysql:3306,mysql-1.mysql:3306,mysql-2.mysql:3306;Database=orders;User ID=orders_app;"
                + "Password=<parameters/mysql-orders-app-password>;SslMode=VerifyFull;SslCa=/etc/foobar/mysql-ca/ca.crt",
            environment["ConnectionStrings__orders"]);
        Assert.Contains(published.Container("worker").Items("volumeMounts"), mount => mount.Text("mountPath") == "/etc/foobar/mysql-ca");
        Assert.Contains("for parameter in api-key mysql-orders-app-password mysql-root-password; do", published["secrets.sh"], StringComparison.Ordinal);
        Assert.Contains("- worker.yaml", published["base/kustomization.yaml"], StringComparison.Ordinal);
        Assert.Equal([("worker", "catalogue", 8080), ("worker", "mysql", 3306)], published.Application.Connections.Select(connection => (connection.From.Name, connection.To, connection.Port)).Order());
    }

    [Theory]
    [InlineData("a $ sign, $$ two, $(POD_NAME), $(Z_OTHER) and ${HOME}")]
    [InlineData("{\"json\": [\"{0}\", {}]} 'single' \"double\" `back`")]
    [InlineData("Grüße, 日本語, \U0001F433")]
    [InlineData("")]
    [InlineData("yes")]
    [InlineData("0x1F")]
    [InlineData("first line\nsecond line\n\n")]
    public async Task Value_OfAnyText_ReachesTheProcessAsItIs(string value)
    {
        var published = await PublishedModel.OfAsync(builder => builder.AddProject("web", Project).WithHttpEndpoint()
            .WithEnvironment("Z_OTHER", "other").WithEnvironment("Z_VALUE", value));

        Assert.Equal(value, published.Environment("web")["Z_VALUE"]);
    }

    [Theory]
    [InlineData("one\r\ntwo", "U+000D")]
    [InlineData("\tindented", "U+0009")]
    [InlineData("one\u2028two", "U+2028")]
    public Task Value_ThatYamlDoesNotKeep_IsRefused(string value, string named) => RefusesAsync(
        builder => builder.AddProject("web", Project).WithHttpEndpoint().WithEnvironment("TEXT", value), $"TEXT on 'web' contains the character {named}", "encode the value");

    [Fact]
    public async Task Value_OfASecretBehindADollarSign_IsStillTheSecret()
    {
        var published = await PublishedModel.OfAsync(builder => builder.AddProject("web", Project).WithHttpEndpoint()
            .WithEnvironment("LABEL", $"${builder.AddParameter("price", secret: true)}{{}}"));

        Assert.Equal("$<parameters/price>{}", published.Environment("web")["LABEL"]);
    }

    [Fact]
    public async Task Endpoints_OfAService_AreWhereItsProcessListens()
    {
        var published = await PublishedModel.OfAsync(builder => builder.AddProject("web", Project)
            .WithHttpEndpoint(targetPort: 9000, name: "api").WithHttpEndpoint(name: "http").WithHttpEndpoint(targetPort: 9100, name: "own", env: "OWN_PORT"));

        Assert.Equal([("api", 9000), ("http", 8080), ("own", 9100)], published.Container("web").Items("ports").Select(port => (port.Text("name"), port.Number("containerPort"))).Order());
        Assert.Equal("9000;8080", published.Environment("web")["ASPNETCORE_HTTP_PORTS"]);
        Assert.Equal("9100", published.Environment("web")["OWN_PORT"]);
        Assert.Equal("api", published.Container("web").Text("readinessProbe.httpGet.port"));
    }

    [Fact]
    public async Task Service_ThatAnotherRefersTo_HasAService()
    {
        var published = await PublishedModel.OfAsync(builder =>
        {
            var leader = builder.AddProject("leader", Project).WithHttpEndpoint().PublishAsDeployment(deployment => deployment.Coordination = ("lease", "journal"));
            builder.AddProject("web", Project).WithHttpEndpoint().WithReference(leader);
        });

        Assert.Single(YamlDocuments.Parse(published["base/leader.yaml"]), item => item.Text("kind") == "Service");
    }

    [Fact]
    public async Task Container_InTheModel_IsRefusedByName() =>
        await RefusesAsync(builder => builder.AddContainer("redis", "redis", "8"), "'redis' is a ContainerResource", "run mode only");

    [Fact]
    public async Task Executable_InTheModel_IsRefusedByName() =>
        await RefusesAsync(builder => builder.AddExecutable("tool", "tool", "."), "'tool' is a ExecutableResource", "run mode only");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public Task BindMount_OnANodeOfACluster_IsRefused(int node) => RefusesAsync(
        builder => builder.CreateResourceBuilder(builder.AddMySqlCluster("mysql", nodes: 2).Resource.Nodes[node]).WithBindMount("/srv/data", "/data"),
        $"'mysql-{node.ToString(CultureInfo.InvariantCulture)}' has the folder /srv/data", "a volume");

    [Fact]
    public Task Argument_OfOneNodeOnly_IsRefused() => RefusesAsync(
        builder => builder.CreateResourceBuilder(builder.AddMySqlCluster("mysql", nodes: 2).Resource.Nodes[1]).WithArgs("--max-connections=9"),
        "--max-connections=9", "give it to all nodes");

    [Fact]
    public Task Variable_OfOneNodeOnly_IsRefused() => RefusesAsync(
        builder => builder.CreateResourceBuilder(builder.AddMySqlCluster("mysql", nodes: 2).Resource.Nodes[1]).WithEnvironment("TZ", "Asia/Tokyo"),
        "'mysql-1' and 'mysql-0' differ in the variable TZ", "give it to all nodes");

    [Fact]
    public Task Parameter_WithoutValue_IsRefusedUnlessItIsASecret() => RefusesAsync(
        builder => builder.AddProject("web", Project).WithHttpEndpoint().WithEnvironment("SIZE", builder.AddParameter("size")),
        "'size' has no value", "--Parameters:size=");

    [Fact]
    public Task Service_WithoutHttp_IsRefused() =>
        RefusesAsync(builder => builder.AddProject("worker", Project), "'worker' has no http endpoint", "WithHttpEndpoint()");

    [Fact]
    public Task Endpoints_OnOnePort_AreRefused() => RefusesAsync(
        builder => builder.AddProject("web", Project).WithHttpEndpoint(name: "one").WithHttpEndpoint(name: "two"),
        "'one' and 'two' of 'web' would both listen on port 8080", "targetPort");

    [Fact]
    public Task Variable_SetTwice_IsRefused() => RefusesAsync(
        builder => builder.AddProject("web", Project).WithHttpEndpoint().WithEnvironment("API_KEY", "text").WithEnvironment("Key", builder.AddParameter("api-key", secret: true)),
        "API_KEY", "another name");

    [Fact]
    public Task Reference_ToAServiceForUsers_IsRefused() => RefusesAsync(
        builder =>
        {
            var front = builder.AddProject("front", Project).WithHttpEndpoint().WithExternalHttpEndpoints();
            builder.AddProject("web", Project).WithHttpEndpoint().WithReference(front);
        },
        "'web' refers to 'front'", "endpoints are not external");

    private static async Task RefusesAsync(Action<IDistributedApplicationBuilder> compose, string named, string remedy)
    {
        var refusal = await Assert.ThrowsAsync<PublishException>(() => PublishedModel.OfAsync(compose));

        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }
}
