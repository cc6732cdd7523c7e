using System.Runtime.CompilerServices;

namespace FooBar.Drill.Stack;

/// <summary>
/// Waits for what a distributed system promises "within" a time. A condition or an assertion is asked again and again until
/// it holds; at the bound it fails with the last failure, and an attempt that hangs is cut off there as well.
/// </summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Waits until <paramref name="condition"/> answers true.</summary>
    public static Task Within(
        TimeSpan bound, Func<CancellationToken, Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string text = "") =>
        Within(bound, async ct =>
        {
            if (!await condition(ct))
            {
                throw new TimeoutException($"This never became true: {text}");
            }
        });

    /// <summary>Waits until <paramref name="assertion"/> no longer throws.</summary>
    public static async Task Within(TimeSpan bound, Func<CancellationToken, Task> assertion)
    {
        using var deadline = new CancellationTokenSource(bound);
        Exception? last = null;
        while (true)
        {
            try
            {
                await assertion(deadline.Token).WaitAsync(deadline.Token);
                return;
            }
            catch (Exception failure) when (!deadline.IsCancellationRequested)
            {
                last = failure;
            }
            catch (Exception failure)
            {
                throw Expired(bound, last, failure);
            }

            try
            {
                await Task.Delay(Pause, deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw Expired(bound, last, last);
            }
        }
    }

    /// <summary>Waits until <paramref name="assertion"/> no longer throws.</summary>
    public static Task Within(TimeSpan bound, Action assertion) =>
        Within(bound, ct =>
        {
            assertion();
            return Task.CompletedTask;
        });

    // What the attempt at the deadline says is usually only "cancelled": the failure before it is the one to read.
    private static TimeoutException Expired(TimeSpan bound, Exception? last, Exception atDeadline)
    {
        var cause = atDeadline is OperationCanceledException && last is not null ? last : atDeadline;
        var what = cause is OperationCanceledException ? "the first attempt had not even answered" : cause.Message;
        return new TimeoutException($"Not within {bound.TotalSeconds:0.###} s: {what}", cause);
    }
}
