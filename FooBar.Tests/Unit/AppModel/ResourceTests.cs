using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;

namespace FooBar.Tests.Unit.AppModel;

public sealed class ResourceTests
{
    [Theory]
    [InlineData("1web")]
    [InlineData("web_1")]
    [InlineData("web-")]
    [InlineData("web--1")]
    public void Name_ThatNoHostCouldHave_IsRefused(string name) =>
        Assert.ThrowsAny<ArgumentException>(() => AppModel.Create().AddService(name));

    [Fact]
    public void Name_GivenTwice_IsRefused()
    {
        var builder = AppModel.Create();
        builder.AddService("web");

        Assert.Throws<DistributedApplicationException>(() => builder.AddService("WEB"));
    }

    [Fact]
    public void WaitFor_Itself_IsRefused()
    {
        var web = AppModel.Create().AddService("web");

        Assert.Throws<DistributedApplicationException>(() => web.WaitFor(web));
    }

    [Fact]
    public void Endpoint_ThatIsNotDefined_SaysSo()
    {
        var web = AppModel.Create().AddService("web", ("http", 5001));

        Assert.False(web.GetEndpoint("https").Exists);
        var failure = Assert.Throws<InvalidOperationException>(() => web.GetEndpoint("https").Url);
        Assert.Contains("https", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Endpoint_NotProxied_HasOnePort()
    {
        var web = AppModel.Create().AddService("web").WithHttpEndpoint(port: 8080, isProxied: false);

        Assert.Equal(8080, web.GetEndpoint("http").TargetPort);
    }

    [Fact]
    public async Task Event_OfAResource_ReachesItsOwnSubscribersInOrder()
    {
        var builder = AppModel.Create();
        var seen = new List<string>();
        var services = new Microsoft.Extensions.DependencyInjection.ServiceCollection();
        await using var provider = Microsoft.Extensions.DependencyInjection.ServiceCollectionContainerBuilderExtensions.BuildServiceProvider(services);
        var web = builder.AddService("web").OnBeforeResourceStarted(async (resource, _, ct) =>
        {
            await Task.Delay(1, ct);
            seen.Add("first");
        }).OnBeforeResourceStarted((_, _, _) =>
        {
            seen.Add("second");
            return Task.CompletedTask;
        });
        builder.AddService("other").OnBeforeResourceStarted((_, _, _) =>
        {
            seen.Add("other");
            return Task.CompletedTask;
        });

        await builder.Eventing.PublishAsync(new BeforeResourceStartedEvent(web.Resource, provider), EventDispatchBehavior.BlockingSequential);

        Assert.Equal(["first", "second"], seen);
    }
}
