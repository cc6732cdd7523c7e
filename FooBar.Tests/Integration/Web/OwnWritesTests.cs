using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FooBar.Tests.Integration.Data;
using FooBar.Tests.Support;
using static FooBar.Tests.Integration.Web.IdempotencyTests;

namespace FooBar.Tests.Integration.Web;

/// <summary>The replica of the database lags behind; who has written sees it all the same.</summary>
[Collection(MySqlPairTests.Name)]
public sealed class OwnWritesTests(MySqlPair mysql, TwoSites sites) : IClassFixture<TwoSites>
{
    [Fact]
    public async Task Api_PostIsChangedWhileTheReplicaLags_ItsAuthorReadsTheChange()
    {
        var path = await AddAsync("Before");
        await using var undo = await LagAsync();

        using var changed = await SendAsync(sites.One, HttpMethod.Put, path, null, Draft("After"));
        var token = changed.Headers.GetValues("X-Consistency-Token").Single();
        using var own = await SendAsync(sites.Two, HttpMethod.Get, path, null, null, token);
        using var foreign = await SendAsync(sites.Two, HttpMethod.Get, path, null, null);
        using var forged = await SendAsync(sites.Two, HttpMethod.Get, path, null, null, token[..^5] + "AAAAA");

        Assert.Equal((HttpStatusCode.OK, "After"), (changed.StatusCode, await TitleAsync(changed)));
        Assert.Equal(("After", "Before", "Before"), (await TitleAsync(own), await TitleAsync(foreign), await TitleAsync(forged)));
    }

    [Fact]
    public async Task Page_CookieOfAWrite_ShowsItAndSaysWhoWasRead()
    {
        var title = $"Hot {Guid.NewGuid()}";
        await using var undo = await LagAsync();
        using var added = await SendAsync(sites.One, HttpMethod.Post, "/api/posts", null, Draft(title));
        var cookie = added.Headers.GetValues("Set-Cookie").Single(value => value.StartsWith("foobar.consistency=", StringComparison.Ordinal));
        Assert.Matches("; max-age=300; path=/; samesite=lax; httponly$", cookie);

        var page = await GetPageAsync(cookie.Split(';')[0]);
        var without = await GetPageAsync(null);

        Assert.Contains(title, page, StringComparison.Ordinal);
        Assert.Contains("<span data-role>primary</span>", page, StringComparison.Ordinal);
        Assert.DoesNotContain(title, without, StringComparison.Ordinal);
        Assert.Contains("<span data-role>replica</span>", without, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Api_PostIsDeletedWhileTheReplicaLags_ItsAuthorDoesNotFindIt()
    {
        var path = await AddAsync("Gone");
        await using var undo = await LagAsync();
        using var deleted = await SendAsync(sites.One, HttpMethod.Delete, path, null, null);

        using var own = await SendAsync(sites.Two, HttpMethod.Get, path, null, null, deleted.Headers.GetValues("X-Consistency-Token").Single());

        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NotFound), (deleted.StatusCode, own.StatusCode));
    }

    [Fact]
    public async Task Read_NoCopyHasTheWrite_SaysThatItIsBehind()
    {
        var path = await AddAsync("Before");
        await using var undoLag = await LagAsync();
        using var changed = await SendAsync(sites.One, HttpMethod.Put, path, null, Draft("After"));
        var token = changed.Headers.GetValues("X-Consistency-Token").Single();
        await mysql.AsRootAsync(1, "SET GLOBAL offline_mode = ON");
        await using var undo = new Undo(() => mysql.AsRootAsync(1, "SET GLOBAL offline_mode = OFF"));

        using var read = await SendAsync(sites.Two, HttpMethod.Get, path, null, null, token);

        Assert.Equal((HttpStatusCode.OK, "Before"), (read.StatusCode, await TitleAsync(read)));
        Assert.Equal("behind", read.Headers.GetValues("X-Consistency").Single());
    }

    [Theory]
    [InlineData("/api/posts/0198c000-0000-7000-8000-000000000000", "Tea", 404)]
    [InlineData("/api/posts/no-id", "Tea", 404)]
    [InlineData("/api/posts/0198c000-0000-7000-8000-000000000000", "", 400)]
    public async Task Api_PutMistakes_AreProblemDetails(string path, string title, int status)
    {
        using var answer = await SendAsync(sites.One, HttpMethod.Put, path, null, Draft(title));

        Assert.Equal((status, "application/problem+json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    private async Task<string> AddAsync(string title)
    {
        using var added = await SendAsync(sites.One, HttpMethod.Post, "/api/posts", null, Draft(title));
        var path = added.Headers.Location!.PathAndQuery;
        await Eventually.Within(TimeSpan.FromSeconds(10), async _ => Equals(
            await mysql.AsRootAsync(2, "SELECT COUNT(*) FROM foobar.posts"), await mysql.AsRootAsync(1, "SELECT COUNT(*) FROM foobar.posts")));
        return path;
    }

    // A stopped applier would take the replica out of use: a slow one is what readers meet.
    private async Task<IAsyncDisposable> LagAsync()
    {
        await DelayAsync(3600);
        return new Undo(() => DelayAsync(0));
    }

    private Task<object?> DelayAsync(int seconds) => mysql.AsRootAsync(2, $"""
        STOP REPLICA SQL_THREAD;
        CHANGE REPLICATION SOURCE TO SOURCE_DELAY = {seconds};
        START REPLICA SQL_THREAD
        """);

    private async Task<string> GetPageAsync(string? cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        using var answer = await sites.Two.Client.SendAsync(request);
        return await answer.Content.ReadAsStringAsync();
    }

    private static async Task<string?> TitleAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("title").GetString();
}
