using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FooBar.Tests.Chaos.History;

namespace FooBar.Tests.Chaos;

/// <summary>
/// Users who create, edit, read back and list posts through the gateway, each one request at a time, and remember every call. They
/// are clients as they should be: a write that got no answer is asked again under the same key, for as long as a user waits; a read
/// whose connection broke is asked again twice, at once, as browsers do.
/// </summary>
public sealed class Workload(ChaosSystem system, string run, int seed)
{
    private const int Users = 6, Readers = 2, ReadsAgainAtMost = 2;

    /// <summary>How long a user waits for an answer before giving up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly ConcurrentQueue<Call> calls = new();
    private long lastWritten;
    public TimeSpan Now => clock.Elapsed;

    /// <summary>When the last acknowledged write was acknowledged.</summary>
    public TimeSpan LastWritten => TimeSpan.FromTicks(Interlocked.Read(ref lastWritten));

    public IReadOnlyList<Call> Calls => [.. calls.OrderBy(call => call.Start)];

    /// <summary>Goes on until it is cancelled; every call that was begun is ended.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(
    [
        .. Enumerable.Range(1, Users).Select(number => UserAsync(number, stop)),
        .. Enumerable.Range(1, Readers).Select(number => ReaderAsync(number, stop)),
    ]);

    // Who only reads does not wait for writes: what a read costs is seen here.
    private async Task ReaderAsync(int number, CancellationToken stop)
    {
        using var client = system.Visitor();
        client.Timeout = Patience;
        while (!stop.IsCancellationRequested)
        {
            await ListAsync(client, $"{run}-reader-{number}");
            await Task.Delay(20, CancellationToken.None);
        }
    }

    private async Task UserAsync(int number, CancellationToken stop)
    {
        var (name, chance) = ($"{run}-{number}", new Random(seed * 1000 + number));
        using var client = system.Visitor();
        client.Timeout = Patience;
        for (var post = 1; !stop.IsCancellationRequested; post++)
        {
            var title = $"{name}-{post}";
            if (await WriteAsync(client, name, title, 1, id: null) is { } id)
            {
                await ReadAsync(client, name, title, id);
                for (var version = 2; version <= chance.Next(2, 5) && !stop.IsCancellationRequested; version++)
                {
                    await WriteAsync(client, name, title, version, id);
                    await ReadAsync(client, name, title, id);
                }

                await ListAsync(client, name);
            }

            await Task.Delay(chance.Next(5, 40), CancellationToken.None);
        }
    }

    // Returns the post's address.
    private async Task<string?> WriteAsync(HttpClient client, string user, string title, int version, string? id)
    {
        var (start, key) = (Now, Guid.NewGuid().ToString());
        var (outcome, location) = (Outcome.Unknown, id);
        var asked = 0;
        while (outcome == Outcome.Unknown && Now - start < Patience)
        {
            if (asked++ > 0)
            {
                await Task.Delay(100);
            }

            using var request = new HttpRequestMessage(id is null ? HttpMethod.Post : HttpMethod.Put, id ?? "/api/posts");
            request.Headers.Add("Idempotency-Key", key);
            request.Content = JsonContent.Create(new { title, body = version.ToString(CultureInfo.InvariantCulture), author = user });
            try
            {
                using var answer = await client.SendAsync(request);
                location ??= answer.Headers.Location?.ToString();
                outcome = OutcomeOf(answer.StatusCode, isWrite: true);
                if (outcome == Outcome.Refused && (asked > 1 || !await NothingWasWrittenAsync(answer)))
                {
                    outcome = Outcome.Unknown;
                    break; // an answer all the same: it says 503 to a write that was held for long enough, and nothing of earlier attempts
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                outcome = Outcome.Unknown;
            }
        }

        if (outcome == Outcome.Done)
        {
            Interlocked.Exchange(ref lastWritten, Now.Ticks);
        }

        calls.Enqueue(new Call(user, id is null ? Ask.Create : Ask.Edit, title, version, start, Now, outcome) { AskedAgain = asked - 1 });
        return outcome == Outcome.Done ? location : null;
    }

    private async Task ReadAsync(HttpClient client, string user, string title, string id)
    {
        var (start, read) = (Now, await GetAsync(client, id));
        var outcome = read.Status == HttpStatusCode.NotFound ? Outcome.Done : OutcomeOf(read.Status, isWrite: false);
        int? version = read.Body is { } post ? Version(post) : null;
        calls.Enqueue(new Call(user, Ask.Read, title, version, start, Now, outcome) { SaysBehind = read.SaysBehind, AskedAgain = read.AskedAgain });
    }

    private async Task ListAsync(HttpClient client, string user)
    {
        var (start, read) = (Now, await GetAsync(client, $"/api/posts?limit={HistoryChecker.ListLength}"));
        var seen = read.Body?.GetProperty("items").EnumerateArray()
            .Where(post => post.GetProperty("author").GetString()!.StartsWith($"{run}-", StringComparison.Ordinal))
            .Select(post => new Row(post.GetProperty("title").GetString()!, Version(post))).ToList();
        calls.Enqueue(new Call(user, Ask.List, null, null, start, Now, OutcomeOf(read.Status, isWrite: false), seen) { SaysBehind = read.SaysBehind, AskedAgain = read.AskedAgain });
    }

    // No status: there was no answer.
    private static async Task<(HttpStatusCode? Status, JsonElement? Body, bool SaysBehind, int AskedAgain)> GetAsync(HttpClient client, string address)
    {
        for (var asked = 0; ; asked++)
        {
            try
            {
                using var answer = await client.GetAsync(address);
                JsonElement? body = answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<JsonElement>() : null;
                var saysBehind = answer.Headers.TryGetValues("X-Consistency", out var state) && state.Contains("behind");
                return (answer.StatusCode, body, saysBehind, asked);
            }
            catch (HttpRequestException) when (asked < ReadsAgainAtMost)
            {
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                return (null, null, false, asked);
            }
        }
    }

    private static async Task<bool> NothingWasWrittenAsync(HttpResponseMessage answer) =>
        answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
        && (await answer.Content.ReadFromJsonAsync<JsonElement>()).TryGetProperty("written", out var written) && written.GetString() == "no";

    // What is no number nobody has sent.
    private static int Version(JsonElement post) => int.TryParse(post.GetProperty("body").GetString(), CultureInfo.InvariantCulture, out var version) ? version : -1;

    // The gateway answers 502 and 504 for a server that went away: the server may have done it.
    private static Outcome OutcomeOf(HttpStatusCode? status, bool isWrite) => status switch
    {
        null => Outcome.Unknown,
        < HttpStatusCode.BadRequest => Outcome.Done,
        HttpStatusCode.ServiceUnavailable => Outcome.Refused,
        HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout when isWrite => Outcome.Unknown,
        < HttpStatusCode.InternalServerError when isWrite => Outcome.Denied,
        _ => Outcome.Failed,
    };
}
