using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using FooBar.Failover.Decide;

namespace FooBar.Failover.Operate;

/// <summary>Where operators' requests wait for the coordinator, which carries them out between two of its own decisions.</summary>
internal sealed class OperatorDesk
{
    private readonly Channel<Request> requests = Channel.CreateBounded<Request>(16);

    public sealed record Request(OperatorCommand Command, TaskCompletionSource<Answer> Answered);

    /// <param name="Decision">What was decided.</param>
    /// <param name="Failure">Why it could not be carried out; null when it was, or when nothing was to be done.</param>
    public sealed record Answer(Decision Decision, string? Failure);

    /// <summary>Asks, and waits for the answer.</summary>
    public async Task<Answer> AskAsync(OperatorCommand command, CancellationToken cancellationToken)
    {
        var request = new Request(command, new TaskCompletionSource<Answer>(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var givenUp = cancellationToken.Register(() => request.Answered.TrySetCanceled(cancellationToken));
        await requests.Writer.WriteAsync(request, cancellationToken);
        return await request.Answered.Task;
    }

    /// <summary>The next request whose asker still waits: what was asked a while ago may be the wrong thing by now.</summary>
    public bool TryTake([NotNullWhen(true)] out Request? request)
    {
        while (requests.Reader.TryRead(out request))
        {
            if (!request.Answered.Task.IsCompleted)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Ends when somebody asks.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => requests.Reader.WaitToReadAsync(cancellationToken).AsTask();
}
