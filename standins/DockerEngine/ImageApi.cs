using System.Text.Json;

namespace DockerEngine;

public sealed record ImageInfo(string Id, IReadOnlyList<string>? RepoTags, DateTimeOffset Created, long Size);

/// <summary>One message of a pull: "Downloading", "Pull complete", for one layer or for the image.</summary>
public sealed record PullProgress(string Status, string? Layer, string? Progress);

public sealed class ImageApi
{
    // A registry that cannot be reached shows as silence: the engine retries inside without a word.
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(60);

    private readonly DockerHttp _http;

    internal ImageApi(DockerHttp http) => _http = http;

    /// <summary>Null when the image is not on this machine.</summary>
    public async Task<ImageInfo?> InspectAsync(string image, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.CallAsync<ImageInfo>(HttpMethod.Get, $"images/{image}/json", null, cancellationToken);
        }
        catch (DockerEngineException missing) when (missing.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Brings an image from its registry. Ends with a clear error when the registry is silent for a minute.</summary>
    public async Task PullAsync(string image, IProgress<PullProgress>? progress, CancellationToken cancellationToken)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(SilenceLimit);
        try
        {
            // Without a tag the engine would bring every tag there is.
            var named = image.Contains('@', StringComparison.Ordinal) || image.LastIndexOf(':') > image.LastIndexOf('/') ? image : image + ":latest";
            using var response = await _http.OpenAsync(HttpMethod.Post, $"images/create?fromImage={DockerJson.Escape(named)}", null, silence.Token);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(silence.Token));
            while (await reader.ReadLineAsync(silence.Token) is { } line)
            {
                silence.CancelAfter(SilenceLimit);
                var message = JsonSerializer.Deserialize<PullMessage>(line, JsonSerializerOptions.Web);
                if (message?.Error is { } error)
                {
                    throw Failed(image, error, null);
                }

                progress?.Report(new PullProgress(message?.Status ?? "", message?.Id, message?.Progress));
            }
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed(image, $"its registry was silent for {SilenceLimit.TotalSeconds:0} s", late);
        }
        catch (DockerEngineException refused) when (refused.Status is not null)
        {
            throw Failed(image, refused.Message, refused);
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException or JsonException)
        {
            throw Failed(image, broken.Message, broken);
        }
    }

    private static DockerEngineException Failed(string image, string reason, Exception? inner) => new(
        $"Image '{image}' is not on this machine and could not be pulled: {reason}. Pull it by hand, or run ./run once, which brings MySQL's image without a registry.",
        inner, (inner as DockerEngineException)?.Status);

    private sealed record PullMessage(string? Status, string? Id, string? Progress, string? Error);
}
