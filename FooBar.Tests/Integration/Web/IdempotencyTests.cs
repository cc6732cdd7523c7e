using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using FooBar.Tests.Integration.Data;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Web;

namespace FooBar.Tests.Integration.Web;

[Collection(MySqlPairTests.Name)]
public sealed partial class IdempotencyTests(MySqlPair mysql, TwoSites sites) : IClassFixture<TwoSites>
{
    [Fact]
    public async Task Api_SameKeyOnTheOtherReplica_GivesTheSameAnswer()
    {
        var key = Guid.NewGuid().ToString();
        using var first = await SendAsync(sites.One, HttpMethod.Post, "/api/posts", key, Draft("Tea"));
        using var again = await SendAsync(sites.Two, HttpMethod.Post, "/api/posts", $"\"{key}\"", Draft("Tea"));

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(first.StatusCode, again.StatusCode);
        Assert.Equal(first.Headers.Location!.PathAndQuery, again.Headers.Location!.PathAndQuery);
        Assert.Equal(first.Content.Headers.ContentType, again.Content.Headers.ContentType);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Api_SameKeyAtTheSameTimeOnBothReplicas_MakesOnePost()
    {
        var (key, title) = (Guid.NewGuid().ToString(), $"Once {Guid.NewGuid()}");

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(
            i => SendAsync(i % 2 == 0 ? sites.One : sites.Two, HttpMethod.Post, "/api/posts", key, Draft(title))));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.StatusCode));
        Assert.Single(answers.Select(answer => answer.Headers.Location!.PathAndQuery).Distinct());
        Assert.Equal(1L, await CountAsync(title));
    }

    [Fact]
    public async Task Api_SameKeyWithAnotherBody_IsA422Problem()
    {
        var key = Guid.NewGuid().ToString();
        using var first = await SendAsync(sites.One, HttpMethod.Post, "/api/posts", key, Draft("Tea"));
        using var other = await SendAsync(sites.One, HttpMethod.Post, "/api/posts", key, Draft("Coffee"));
        var problem = await other.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.StatusCode);
        Assert.Equal("application/problem+json", other.Content.Headers.ContentType?.MediaType);
        Assert.Contains("belongs to another request", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("\"\"")]
    public async Task Api_MalformedKey_IsA400Problem(string key)
    {
        using var answer = await SendAsync(sites.One, HttpMethod.Post, "/api/posts", key, Draft("Tea"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("Idempotency-Key is one value of", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Api_DraftWasRefused_DoesNotSpendTheKey()
    {
        var key = Guid.NewGuid().ToString();
        using var refused = await SendAsync(sites.One, HttpMethod.Post, "/api/posts", key, Draft(""));
        using var accepted = await SendAsync(sites.One, HttpMethod.Post, "/api/posts", key, Draft("Tea"));

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.Created), (refused.StatusCode, accepted.StatusCode));
    }

    [Fact]
    public async Task Api_DeletedTwiceWithOneKey_IsDeletedBothTimes()
    {
        using var added = await SendAsync(sites.One, HttpMethod.Post, "/api/posts", null, Draft("Tea"));
        var (path, key) = (added.Headers.Location!.PathAndQuery, Guid.NewGuid().ToString());

        using var first = await SendAsync(sites.One, HttpMethod.Delete, path, key, null);
        using var again = await SendAsync(sites.Two, HttpMethod.Delete, path, key, null);
        using var other = await SendAsync(sites.Two, HttpMethod.Delete, path, null, null);

        Assert.Equal(
            (HttpStatusCode.NoContent, HttpStatusCode.NoContent, HttpStatusCode.NotFound), (first.StatusCode, again.StatusCode, other.StatusCode));
        Assert.Equal("application/problem+json", other.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Form_SentTwice_MakesOnePostAndLeadsToItBothTimes()
    {
        var form = await FormAsync();
        var title = $"Once {Guid.NewGuid()}";

        using var first = await SendAsync(sites.One, form, title);
        using var again = await SendAsync(sites.Two, form, title);

        Assert.Equal((HttpStatusCode.Redirect, HttpStatusCode.Redirect), (first.StatusCode, again.StatusCode));
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        Assert.Equal(1L, await CountAsync(title));
    }

    [Fact]
    public async Task Form_SentAgainWithAnotherText_AsksFirstAndLosesNothing()
    {
        var form = await FormAsync();
        (await SendAsync(sites.One, form, $"First {Guid.NewGuid()}")).Dispose();
        var title = $"Second {Guid.NewGuid()}";

        using var answer = await SendAsync(sites.One, form, title);
        var page = await answer.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains($"value=\"{title}\"", page, StringComparison.Ordinal);
        Assert.Contains("with another text", page, StringComparison.Ordinal);
        var fresh = form with { Key = Key().Match(page).Groups["key"].Value };
        Assert.NotEqual(form.Key, fresh.Key);
        using var second = await SendAsync(sites.Two, fresh, title);
        Assert.Equal(HttpStatusCode.Redirect, second.StatusCode);
    }

    [Fact]
    public async Task EditForm_SentTwice_ChangesThePostAndLeadsToIt()
    {
        using var added = await SendAsync(sites.One, HttpMethod.Post, "/api/posts", null, Draft("Before"));
        var page = added.Headers.Location!.PathAndQuery["/api".Length..];
        var form = await FormAsync($"{page}/edit");
        Assert.Contains("value=\"Before\"", form.Page, StringComparison.Ordinal);

        using var first = await SendAsync(sites.One, form, "After");
        using var again = await SendAsync(sites.Two, form, "After");

        Assert.Equal((HttpStatusCode.Redirect, HttpStatusCode.Redirect), (first.StatusCode, again.StatusCode));
        Assert.Equal((page, page), (first.Headers.Location!.OriginalString, again.Headers.Location!.OriginalString));
        Assert.Equal("After", await mysql.AsRootAsync(1, $"SELECT title FROM foobar.posts WHERE id = UUID_TO_BIN('{page["/posts/".Length..]}')"));
    }

    [Fact]
    public async Task Form_EveryRendering_HasAKeyOfItsOwn() => Assert.NotEqual((await FormAsync()).Key, (await FormAsync()).Key);

    internal static async Task<HttpResponseMessage> SendAsync(WebProcess site, HttpMethod method, string path, string? key, object? body, string? token = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        if (token is not null)
        {
            request.Headers.Add("X-Consistency-Token", token);
        }

        return await site.Client.SendAsync(request);
    }

    internal static object Draft(string title) => new { title, body = "Some text", author = "A tester" };

    private static async Task<HttpResponseMessage> SendAsync(WebProcess site, Form form, string title)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, form.Path);
        request.Headers.Add("Cookie", form.Cookie);
        request.Content = new FormUrlEncodedContent(
        [
            new("Draft.Title", title), new("Draft.Body", "Some text"), new("Draft.Author", "A tester"),
            new("__RequestVerificationToken", form.Token), new("Key", form.Key),
        ]);
        return await site.Client.SendAsync(request);
    }

    private async Task<Form> FormAsync(string path = "/")
    {
        using var answer = await sites.One.Client.GetAsync(new Uri(path, UriKind.Relative));
        var page = await answer.Content.ReadAsStringAsync();
        return new(
            path, page, Token().Match(page).Groups["token"].Value, Key().Match(page).Groups["key"].Value,
            string.Join("; ", answer.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0])));
    }

    private async Task<long> CountAsync(string title) =>
        Convert.ToInt64(await mysql.AsRootAsync(1, $"SELECT COUNT(*) FROM foobar.posts WHERE title = '{title}'"), null);

    [GeneratedRegex("""name="__RequestVerificationToken"[^>]*value="(?<token>[^"]+)""")]
    private static partial Regex Token();

    [GeneratedRegex("""name="Key" value="(?<key>[^"]+)""")]
    private static partial Regex Key();

    private sealed record Form(string Path, string Page, string Token, string Key, string Cookie);
}
