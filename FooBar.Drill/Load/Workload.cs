using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using FooBar.Drill.History;
using FooBar.Drill.Stack;

namespace FooBar.Drill.Load;

/// <summary>
/// Users who create, edit, delete, read back and list posts through the gateway, one of them by the site's form and the others by its
/// API, each one request at a time, and remember every call. They are clients as they should be: a write that got no answer is asked again under the same key, for as long as a user waits; a read
/// whose connection broke is asked again twice, at once, as browsers do.
/// </summary>
public sealed partial class Workload(ChaosSystem system, string run, int seed)
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
            if (await CreateAsync(client, name, title, byForm: number == Users) is { } id)
            {
                await ReadAsync(client, name, title, id);
                for (var version = 2; version <= chance.Next(2, 5) && !stop.IsCancellationRequested; version++)
                {
                    await WriteAsync(client, name, Ask.Edit, title, version, id, () => new(HttpMethod.Put, id) { Content = Content(name, title, version) });
                    await ReadAsync(client, name, title, id);
                }

                if (chance.Next(5) == 0)
                {
                    await WriteAsync(client, name, Ask.Delete, title, version: null, id, () => new(HttpMethod.Delete, id));
                    await ReadAsync(client, name, title, id);
                }

                await ListAsync(client, name);
            }

            await Task.Delay(chance.Next(5, 40), CancellationToken.None);
        }
    }

    private async Task<string?> CreateAsync(HttpClient client, string user, string title, bool byForm)
    {
        if (!byForm)
        {
            return await WriteAsync(client, user, Ask.Create, title, version: 1, id: null, () => new(HttpMethod.Post, "/api/posts") { Content = Content(user, title, 1) });
        }

        var fields = await FormAsync(client, user);
        return fields is null ? null : await WriteAsync(client, user, Ask.Create, title, version: 1, id: null, () => new(HttpMethod.Post, "/")
        {
            Content = new FormUrlEncodedContent([.. fields, new("Draft.Title", title), new("Draft.Body", "1"), new("Draft.Author", user)]),
        });
    }

    private static JsonContent Content(string user, string title, int version) =>
        JsonContent.Create(new { title, body = version.ToString(CultureInfo.InvariantCulture), author = user });

    // What a browser sends besides what its user has typed.
    private async Task<IReadOnlyList<KeyValuePair<string, string>>?> FormAsync(HttpClient client, string user)
    {
        var (start, read) = (Now, await GetAsync(client, "/"));
        calls.Enqueue(new Call(user, Ask.List, null, null, start, Now, OutcomeOf(read.Status, isWrite: false)) { SaysBehind = read.SaysBehind, AskedAgain = read.AskedAgain });
        return read.Status != HttpStatusCode.OK ? null
            : [.. HiddenField().Matches(read.Text!).Select(field => KeyValuePair.Create(field.Groups["name"].Value, field.Groups["value"].Value))];
    }

    // Returns the post's address.
    private async Task<string?> WriteAsync(HttpClient client, string user, Ask ask, string title, int? version, string? id, Func<HttpRequestMessage> ofUser)
    {
        var (start, key) = (Now, Guid.NewGuid().ToString());
        var (outcome, location) = (Outcome.Unknown, id);
        var (asked, settled, shown) = (0, false, version);
        while (outcome == Outcome.Unknown && Now - start < Patience)
        {
            if (asked++ > 0)
            {
                await Task.Delay(100);
            }

            using var request = ofUser();
            request.Headers.Add("Idempotency-Key", key);
            try
            {
                using var answer = await client.SendAsync(request);
                location ??= answer.Headers.Location?.ToString();
                outcome = OutcomeOf(answer.StatusCode, isWrite: true);
                if (outcome == Outcome.Refused && (asked > 1 || !await NothingWasWrittenAsync(answer)))
                {
                    (outcome, settled) = (Outcome.Unknown, true);
                    break; // an answer all the same: it says 503 to a write that was held for long enough, and nothing of earlier attempts
                }

                if (outcome == Outcome.Done && answer.Content.Headers.ContentType?.MediaType == "application/json")
                {
                    shown = Version(await answer.Content.ReadFromJsonAsync<JsonElement>(), user, title);
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

        calls.Enqueue(new Call(user, ask, title, version, start, Now, outcome) { AskedAgain = asked - 1, Shown = shown, Settled = settled });
        return outcome == Outcome.Done ? location is ['/', 'p', ..] ? $"/api{location}" : location : null;
    }

    private async Task ReadAsync(HttpClient client, string user, string title, string id)
    {
        var (start, read) = (Now, await GetAsync(client, id));
        var outcome = read.Status == HttpStatusCode.NotFound ? Outcome.Done : OutcomeOf(read.Status, isWrite: false);
        int? version = read.Body is { } post ? Version(post, user, title) : null;
        calls.Enqueue(new Call(user, Ask.Read, title, version, start, Now, outcome) { SaysBehind = read.SaysBehind, AskedAgain = read.AskedAgain });
    }

    private async Task ListAsync(HttpClient client, string user)
    {
        var (start, read) = (Now, await GetAsync(client, $"/api/posts?limit={HistoryChecker.ListLength}"));
        var seen = read.Body?.GetProperty("items").EnumerateArray()
            .Where(post => post.GetProperty("author").GetString()!.StartsWith($"{run}-", StringComparison.Ordinal))
            .Select(post => new Row(post.GetProperty("title").GetString()!, Version(post, post.GetProperty("author").GetString()!, post.GetProperty("title").GetString()!))).ToList();
        calls.Enqueue(new Call(user, Ask.List, null, null, start, Now, OutcomeOf(read.Status, isWrite: false), seen) { SaysBehind = read.SaysBehind, AskedAgain = read.AskedAgain });
    }

    // No status: there was no answer.
    private static async Task<(HttpStatusCode? Status, string? Text, JsonElement? Body, bool SaysBehind, int AskedAgain)> GetAsync(HttpClient client, string address)
    {
        for (var asked = 0; ; asked++)
        {
            try
            {
                using var answer = await client.GetAsync(address);
                var isJson = answer.IsSuccessStatusCode && answer.Content.Headers.ContentType?.MediaType == "application/json";
                var text = await answer.Content.ReadAsStringAsync();
                var saysBehind = answer.Headers.TryGetValues("X-Consistency", out var state) && state.Contains("behind");
                return (answer.StatusCode, text, isJson ? JsonElement.Parse(text) : null, saysBehind, asked);
            }
            catch (HttpRequestException) when (asked < ReadsAgainAtMost)
            {
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                return (null, null, null, false, asked);
            }
        }
    }

    private static async Task<bool> NothingWasWrittenAsync(HttpResponseMessage answer) =>
        answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
        && (await answer.Content.ReadFromJsonAsync<JsonElement>()).TryGetProperty("written", out var written) && written.GetString() == "no";

    // What is no number, or another post, nobody has sent.
    private static int Version(JsonElement post, string user, string title) =>
        post.GetProperty("author").GetString() == user && post.GetProperty("title").GetString() == title
            && int.TryParse(post.GetProperty("body").GetString(), CultureInfo.InvariantCulture, out var version) ? version : -1;

    [GeneratedRegex("""<input[^>]*name="(?<name>__RequestVerificationToken|Key)"[^>]*value="(?<value>[^"]+)""")]
    private static partial Regex HiddenField();

    // The gateway answers 502 and 504 for a server that went away: the server may have done it.
    private static Outcome OutcomeOf(HttpStatusCode? status, bool isWrite) => status switch
    {
        null => Outcome.Unknown,
        < HttpStatusCode.BadRequest => Outcome.Done,
        HttpStatusCode.ServiceUnavailable => Outcome.Refused,
        HttpStatusCode.InternalServerError => Outcome.Error,
        HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout when isWrite => Outcome.Unknown,
        < HttpStatusCode.InternalServerError when isWrite => Outcome.Denied,
        _ => Outcome.Failed,
    };
}
