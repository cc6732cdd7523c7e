using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DockerEngine;

/// <summary>One request, one answer, one time limit. Paths carry no API version: the engine takes its own.</summary>
internal sealed class DockerHttp(DockerEndpoint endpoint) : IDisposable
{
    public static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        ConnectCallback = (_, ct) => endpoint.ConnectAsync(ct),
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5),
        UseProxy = false,
    })
    {
        BaseAddress = new Uri("http://docker/"),
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public void Dispose() => _http.Dispose();

    public async Task CallAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken, TimeSpan? limit = null)
    {
        await LimitAsync($"{method} /{path}", limit ?? CallLimit, async ct =>
        {
            using var response = await OpenAsync(method, path, body, ct);
            await response.Content.CopyToAsync(Stream.Null, ct);
            return true;
        }, cancellationToken);
    }

    public Task<T> CallAsync<T>(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken, TimeSpan? limit = null) =>
        LimitAsync($"{method} /{path}", limit ?? CallLimit, async ct =>
        {
            using var response = await OpenAsync(method, path, body, ct);
            return await response.Content.ReadFromJsonAsync<T>(ct)
                ?? throw new DockerEngineException($"The container engine at {endpoint} answered {method} /{path} with nothing.");
        }, cancellationToken);

    /// <summary>The headers have arrived and mean success; the body is the caller's to read. Without a limit of its own.</summary>
    public async Task<HttpResponseMessage> OpenAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException refused)
        {
            throw DockerEngineException.NoEngine(endpoint, refused);
        }
        catch (OperationCanceledException silent) when (!cancellationToken.IsCancellationRequested)
        {
            throw DockerEngineException.NoEngine(endpoint, silent);
        }

        // Not modified: the container is already what the caller wants it to be.
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotModified)
        {
            return response;
        }

        using (response)
        {
            throw new DockerEngineException($"The container engine refused {method} /{path}: {await ReasonAsync(response, cancellationToken)}", status: response.StatusCode);
        }
    }

    /// <summary>Ends an action that takes longer than its limit with a sentence instead of a cancellation.</summary>
    public async Task<T> LimitAsync<T>(string what, TimeSpan limit, Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounded.CancelAfter(limit);
        try
        {
            return await action(bounded.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested && bounded.IsCancellationRequested)
        {
            throw new DockerEngineException($"The container engine at {endpoint} did not finish {what} within {limit.TotalSeconds:0} s.", late);
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException or JsonException)
        {
            throw new DockerEngineException($"The container engine at {endpoint} broke off {what}: {broken.Message}", broken);
        }
    }

    private static async Task<string> ReasonAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            return JsonNode.Parse(text)?["message"]?.GetValue<string>() ?? text;
        }
        catch (JsonException)
        {
            return text.Length > 0 ? text.Trim() : $"{(int)response.StatusCode} {response.ReasonPhrase}";
        }
    }
}
