using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Chaos;

/// <summary>The drill's stack, on the images that all tests share.</summary>
public sealed class ChaosFixture(PublishedImages images) : IAsyncLifetime
{
    public ChaosSystem System { get; } = new(images.Tag);

    public Task InitializeAsync() => System.InitializeAsync();

    public Task DisposeAsync() => System.DisposeAsync().AsTask();
}
