using FooBar.Data;

namespace FooBar.Tests.Unit.Data;

public sealed class DataOptionsValidatorTests
{
    [Fact]
    public void Validate_Defaults_AreFine() => Assert.True(new DataOptionsValidator().Validate(null, new DataOptions()).Succeeded);

    [Fact]
    public void Validate_SeveralMistakes_AreAllReportedWithKeyAndRemedy()
    {
        var options = new DataOptions { ProbeInterval = TimeSpan.Zero, WriteWait = TimeSpan.FromDays(1), MaxReplicaLag = TimeSpan.FromSeconds(-1) };

        var failures = new DataOptionsValidator().Validate(null, options).Failures!.ToList();

        Assert.Equal(3, failures.Count);
        Assert.Contains("Data:ProbeInterval is 00:00:00; set it between 00:00:00.0500000 and 01:00:00.", failures);
    }
}
