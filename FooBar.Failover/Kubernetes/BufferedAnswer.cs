namespace FooBar.Failover.Kubernetes;

/// <summary>
/// Reads an answer to its end as a part of the request. The client would read the body without the request's cancellation token, and
/// wait for ever if the server sends half of it.
/// </summary>
internal sealed class BufferedAnswer : DelegatingHandler
{
    private const int LargestAnswer = 4 * 1024 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        try
        {
            await answer.Content.LoadIntoBufferAsync(LargestAnswer, cancellationToken);
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }
}
