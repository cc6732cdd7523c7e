using System.Net;
using System.Text.Json.Nodes;
using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Support.Kubernetes;

/// <summary>A probe of the kubelet: over HTTP from the node, or a command in the container.</summary>
internal sealed class PodProbe(JsonNode probe, JsonNode container)
{
    private readonly TimeSpan _period = TimeSpan.FromSeconds(probe.Number("periodSeconds") ?? 10);
    private readonly TimeSpan _timeout = TimeSpan.FromSeconds(probe.Number("timeoutSeconds") ?? 1);
    private readonly int _failures = probe.Number("failureThreshold") ?? 3;

    /// <summary>Asks until it succeeds (true) or has failed too often (false).</summary>
    public async Task<bool> SucceedsAsync(Pod pod, CancellationToken cancellationToken)
    {
        for (var failed = 0; failed < _failures; failed++)
        {
            if (await TryAsync(pod, cancellationToken))
            {
                return true;
            }

            await Task.Delay(_period, cancellationToken);
        }

        return false;
    }

    /// <summary>Asks for as long as the container runs.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="tell">Is told true at each success, false when it has failed too often.</param>
    /// <param name="cancellationToken">The container's end.</param>
    public async Task WatchAsync(Pod pod, Action<bool> tell, CancellationToken cancellationToken)
    {
        for (var failed = 0; ;)
        {
            failed = await TryAsync(pod, cancellationToken) ? 0 : failed + 1;
            if (failed == 0 || failed >= _failures)
            {
                tell(failed == 0);
            }

            await Task.Delay(_period, cancellationToken);
        }
    }

    private async Task<bool> TryAsync(Pod pod, CancellationToken cancellationToken)
    {
        try
        {
            if (probe.At("exec") is not null)
            {
                return (await PodEngine.TryAsync(_timeout, ["exec", pod.ContainerName, .. probe.Texts("exec.command")])).ExitCode == 0;
            }

            using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = _timeout };
            client.DefaultRequestHeaders.Add("User-Agent", "kube-probe/1.36");
            using var answer = await client.GetAsync(new Uri($"http://{pod.Address}:{Port(probe.Text("httpGet.port")!)}{probe.Text("httpGet.path")}"), cancellationToken);
            return answer.StatusCode is >= HttpStatusCode.OK and < HttpStatusCode.BadRequest;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private int Port(string name) =>
        int.TryParse(name, out var number) ? number : container.Items("ports").Single(port => port.Text("name") == name).Number("containerPort")!.Value;
}
