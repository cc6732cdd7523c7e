using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace FooBar.Tests.Unit.AppModel;

public sealed class ReferenceExpressionTests
{
    [Fact]
    public async Task Value_OfNestedExpressions_IsOneText()
    {
        var builder = AppModel.Create();
        var web = builder.AddService("web", ("http", 5001));
        var password = builder.AddParameter("password", "p/w&1", secret: true);
        var inner = ReferenceExpression.Create($"{web.GetEndpoint("http").Property(EndpointProperty.HostAndPort)}");

        var outer = ReferenceExpression.Create($"mysql://{"root"}:{password.Resource:uri}@{inner}");

        Assert.Equal("mysql://root:p%2Fw%261@localhost:5001", await outer.GetValueAsync(CancellationToken.None));
    }

    [Fact]
    public void ManifestExpression_NamesTheSourceOfEachValue()
    {
        var builder = AppModel.Create();
        var web = builder.AddService("web", ("http", 5001));
        var password = builder.AddParameter("password", "secret", secret: true);

        var expression = ReferenceExpression.Create($"{web.GetEndpoint("http").Property(EndpointProperty.Host)};{password}");

        Assert.Equal("{web.bindings.http.host};{password.value}", expression.ValueExpression);
    }

    [Fact]
    public async Task Braces_InText_AreText()
    {
        var builder = AppModel.Create();
        var name = builder.AddParameter("name", "{0}");
        var json = "{\"a\":1}";

        Assert.Equal("{\"a\":1} {0}", await ReferenceExpression.Create($"{json} {name}").GetValueAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Builder_Appended_MakesTheSameExpression()
    {
        var builder = AppModel.Create();
        var web = builder.AddService("web", ("http", 5001));
        var parts = new ReferenceExpressionBuilder();

        Assert.True(parts.IsEmpty);
        parts.AppendLiteral("url=");
        parts.Append($"{web.GetEndpoint("http")};");
        parts.AppendFormatted(web.GetEndpoint("http").Property(EndpointProperty.Scheme));

        Assert.Equal("url=http://localhost:5001;http", await parts.Build().GetValueAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Endpoint_NotAllocatedYet_IsWaitedFor()
    {
        var builder = AppModel.Create();
        var web = builder.AddService("web").WithHttpEndpoint();
        var value = ReferenceExpression.Create($"{web.GetEndpoint("http")}").GetValueAsync(CancellationToken.None).AsTask();
        Assert.False(value.IsCompleted);

        var endpoint = web.GetEndpoint("http").EndpointAnnotation;
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", 5009);

        Assert.Equal("http://localhost:5009", await value.WaitAsync(TimeSpan.FromSeconds(5)));
    }
}
