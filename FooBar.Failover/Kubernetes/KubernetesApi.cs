using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;

namespace FooBar.Failover.Kubernetes;

/// <summary>
/// Reads and replaces single objects of the Kubernetes API. Objects stay JSON, so that what this program does not know of them
/// survives a replacement.
/// </summary>
internal sealed class KubernetesApi(IOptions<FailoverOptions> options, TimeProvider clock) : IDisposable
{
    private readonly HttpClient http = ApiServerConnection.Open(options.Value.Kubernetes);

    /// <exception cref="KubernetesException">There was no answer, or another one than the object.</exception>
    public Task<JsonObject> GetAsync(KubernetesObject target, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, target, content: null, cancellationToken);

    /// <summary>Replaces an object, provided that it still has the <c>resourceVersion</c> which the content names.</summary>
    /// <returns>The object as it is now, with its new version.</returns>
    /// <exception cref="KubernetesException">It was not replaced, or it is not known whether it was.</exception>
    public Task<JsonObject> ReplaceAsync(KubernetesObject target, JsonObject content, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, target, content, cancellationToken);

    public void Dispose() => http.Dispose();

    private async Task<JsonObject> SendAsync(HttpMethod method, KubernetesObject target, JsonObject? content, CancellationToken cancellationToken)
    {
        var settings = options.Value.Kubernetes;
        using var timeout = new CancellationTokenSource(settings.RequestTimeout, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var request = new HttpRequestMessage(method, target.Path) { Content = content is null ? null : JsonContent.Create(content) };
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(settings.TokenPath, limit.Token)).Trim());
            using var answer = await http.SendAsync(request, limit.Token);
            var body = await answer.Content.ReadAsStringAsync(limit.Token);
            return answer.IsSuccessStatusCode
                ? JsonNode.Parse(body) as JsonObject ?? throw new JsonException("the answer is no JSON object")
                : throw new KubernetesException($"{method} of {target} was answered {(int)answer.StatusCode}: {Message(body)}", answer.StatusCode);
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new KubernetesException($"{method} of {target} was not answered by {settings.ApiServer} within {settings.RequestTimeout.TotalSeconds:0.#} s", status: null, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException or JsonException)
        {
            throw new KubernetesException($"{method} of {target} was not answered by {settings.ApiServer} ({(e.InnerException ?? e).Message})", status: null, e);
        }
    }

    // The API server explains itself in an object of kind Status; what stands before it may answer anything.
    private static string Message(string body)
    {
        try
        {
            return JsonNode.Parse(body) is JsonObject status && status["message"]?.GetValue<string>() is { Length: > 0 } message ? message : "no message";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return "no message";
        }
    }
}
