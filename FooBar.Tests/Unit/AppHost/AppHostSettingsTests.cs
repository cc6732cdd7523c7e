using FooBar.AppHost;
using Xunit;

namespace FooBar.Tests.Unit.AppHost;

public sealed class AppHostSettingsTests
{
    [Fact]
    public void Settings_AsTheyCome_HaveNoMistake() => Assert.Empty(new AppHostSettings().Mistakes());

    [Fact]
    public void Settings_SeveralMistakes_AreAllNamedWithTheirRemedy()
    {
        var mistakes = new AppHostSettings { HttpPort = 0, ManagementPort = 65535, DataVolumes = false }.Mistakes().ToList();

        Assert.Equal(3, mistakes.Count);
        Assert.Contains("--FooBar:HttpPort=", mistakes[0], StringComparison.Ordinal);
        Assert.Contains("FooBar:ManagementPort is 65535", mistakes[1], StringComparison.Ordinal);
        Assert.Contains("FooBar:StateDirectory", mistakes[2], StringComparison.Ordinal);
    }
}
