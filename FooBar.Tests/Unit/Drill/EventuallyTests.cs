using System.Diagnostics;

namespace FooBar.Tests.Unit.Drill;

public sealed class EventuallyTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Within_ConditionTrueAtTheThirdAttempt_Returns()
    {
        var attempts = 0;

        await Eventually.Within(Long, ct => Task.FromResult(++attempts == 3));

        Assert.Equal(3, attempts);
    }

    [Fact]
    public async Task Within_ConditionNeverTrue_FailsAndQuotesIt()
    {
        var never = false;

        var failure = await Assert.ThrowsAsync<TimeoutException>(() => Eventually.Within(Short, async ct => await Task.FromResult(never)));

        Assert.Contains("Not within 0.2 s", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Task.FromResult(never)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Within_AssertionThatKeepsFailing_TellsTheLastFailure()
    {
        var attempts = 0;

        var failure = await Assert.ThrowsAsync<TimeoutException>(() =>
            Eventually.Within(Short, () => throw new InvalidOperationException($"attempt {++attempts}")));

        Assert.True(attempts > 1);
        Assert.Equal($"attempt {attempts}", failure.InnerException?.Message);
    }

    [Fact]
    public async Task Within_AttemptThatIgnoresCancellationAndHangs_IsCutOffAtTheBound()
    {
        var clock = Stopwatch.StartNew();

        await Assert.ThrowsAsync<TimeoutException>(() =>
            Eventually.Within(Short, async (CancellationToken ct) => await Task.Delay(Long, CancellationToken.None)));

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"took {clock.Elapsed}");
    }

    [Fact]
    public async Task Within_HangingAfterAFailure_TellsTheFailureAndNotTheCancellation()
    {
        var attempts = 0;

        var failure = await Assert.ThrowsAsync<TimeoutException>(() => Eventually.Within(Short, async ct =>
        {
            if (++attempts == 1)
            {
                throw new InvalidOperationException("the reason");
            }

            await Task.Delay(Long, ct);
        }));

        Assert.Equal("the reason", failure.InnerException?.Message);
    }

    [Fact]
    public void FreePort_AskedOften_GivesNoPortTwice()
    {
        var ports = Enumerable.Range(0, 50).Select(_ => FreePort.Next()).ToList();

        Assert.Equal(ports.Count, ports.Distinct().Count());
    }
}
