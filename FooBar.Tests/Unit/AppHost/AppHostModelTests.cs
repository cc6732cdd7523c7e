using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using FooBar.AppHost;
using Xunit;

namespace FooBar.Tests.Unit.AppHost;

/// <summary>The application model as <c>./run</c> starts it; nothing is started here.</summary>
public sealed class AppHostModelTests
{
    [Fact]
    public async Task Failover_WaitsForNobody()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<AppHostSettings>([], limit.Token);

        var failover = builder.Resources.Single(resource => resource.Name == "failover");

        Assert.Empty(failover.Annotations.OfType<WaitAnnotation>());
    }
}
