using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using FooBar.Tests.Integration.Data;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Web;

namespace FooBar.Tests.Integration.Web;

[Collection(MySqlPairTests.Name)]
public sealed partial class SiteTests(MySqlPair mysql, TwoSites sites) : IClassFixture<TwoSites>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Migrations_TwoProcessesStartTogether_AreAppliedOnce() =>
        Assert.Equal("1,2,3", await mysql.AsRootAsync(1, "SELECT GROUP_CONCAT(number ORDER BY number) FROM foobar.schema_migrations"));

    [Fact]
    public async Task Api_PostAdded_IsFoundThroughTheOtherReplica()
    {
        using var added = await AddAsync(sites.One, "Hello");
        var post = await added.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        Assert.Equal($"/api/posts/{post.GetProperty("id").GetString()}", added.Headers.Location!.PathAndQuery);

        // At once: a replica that is late is no excuse.
        var read = await sites.Two.Client.GetFromJsonAsync<JsonElement>(added.Headers.Location.PathAndQuery);
        Assert.Equal(post.GetRawText(), read.GetRawText());
    }

    [Fact]
    public async Task Api_Pages_ShowEveryPostOnceNewestFirst()
    {
        await mysql.AsRootAsync(1, "DELETE FROM foobar.posts");
        for (var i = 1; i <= 5; i++)
        {
            (await AddAsync(sites.One, $"Post {i}")).Dispose();
        }

        await Eventually.Within(Soon, async ct =>
        {
            var titles = new List<string?>();
            for (var page = "/api/posts?limit=2"; page is not null;)
            {
                var list = await sites.Two.Client.GetFromJsonAsync<JsonElement>(page, ct);
                titles.AddRange(list.GetProperty("items").EnumerateArray().Select(post => post.GetProperty("title").GetString()));
                page = list.GetProperty("next").GetString();
            }

            Assert.Equal(["Post 5", "Post 4", "Post 3", "Post 2", "Post 1"], titles);
        });
    }

    [Theory]
    [InlineData("GET", "/api/posts/0198c000-0000-7000-8000-000000000000", 404)]
    [InlineData("GET", "/api/posts/no-id", 404)]
    [InlineData("GET", "/api/posts?limit=0", 400)]
    [InlineData("GET", "/api/posts?limit=many", 400)]
    [InlineData("POST", "/api/posts", 400)]
    [InlineData("DELETE", "/api/posts", 405)]
    public async Task Api_Mistakes_AreProblemDetails(string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = method == "POST" ? JsonContent.Create(new { title = "No body" }) : null;
        using var answer = await sites.One.Client.SendAsync(request);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Equal("web-1", answer.Headers.GetValues("X-Served-By").Single());
    }

    [Fact]
    public async Task Api_OpenApiDocument_DescribesThePosts()
    {
        var document = await sites.One.Client.GetFromJsonAsync<JsonElement>("/openapi/v1.json");

        Assert.Equal(["/api/posts", "/api/posts/{id}"], document.GetProperty("paths").EnumerateObject().Select(path => path.Name));
        Assert.True(document.GetProperty("paths").GetProperty("/api/posts").GetProperty("post").GetProperty("responses").TryGetProperty("201", out _));
    }

    [Fact]
    public async Task Form_FetchedFromOneReplicaAndSentToTheOther_IsAccepted()
    {
        using var answer = await SendFormAsync("<b>Tea</b>");

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var page = await sites.Two.Client.GetStringAsync(answer.Headers.Location);
        Assert.Contains("<h1>&lt;b&gt;Tea&lt;/b&gt;</h1>", page, StringComparison.Ordinal);
        Assert.Matches("Served by <strong data-server>web-2</strong>, read from <strong data-node>mysql-[12]</strong>", page);
    }

    [Fact]
    public async Task Form_Mistake_IsToldBesideTheFieldAndLosesNothing()
    {
        using var answer = await SendFormAsync(title: "  ");
        var page = await answer.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Matches("""id="title"[^>]*aria-invalid="true" aria-describedby="title-error""", page);
        Assert.Contains("""<p class="mistake" id="title-error">A post needs a title.</p>""", page, StringComparison.Ordinal);
        Assert.Matches("""<textarea id="body"[^>]*>\nSome text""", page);
    }

    [Fact]
    public async Task Form_WithoutToken_IsRefusedWithAPage()
    {
        using var form = new FormUrlEncodedContent([new("Draft.Title", "Forged")]);
        using var answer = await sites.One.Client.PostAsync(new Uri("/", UriKind.Relative), form);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("That form had expired", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Site_NoPrimary_ReadsGoOnAndWritesAreToldToComeAgain()
    {
        await mysql.AsRootAsync(1, "SET GLOBAL super_read_only = ON");
        await using var undo = new Undo(() => mysql.AsRootAsync(1, "SET GLOBAL super_read_only = OFF, GLOBAL read_only = OFF"));

        await Eventually.Within(Soon, async ct => Assert.Contains(
            "<span data-role>replica</span>", await sites.Two.Client.GetStringAsync(new Uri("/", UriKind.Relative), ct), StringComparison.Ordinal));
        using var api = await AddAsync(sites.One, "Held in vain");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "2"), (api.StatusCode, api.Headers.RetryAfter?.ToString()));
        Assert.Equal("application/problem+json", api.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no", (await api.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("written").GetString());
        await IsLoggedInOneLineAsync(sites.One, "POST /api/posts is answered with 503: No primary within 1.5 s");

        using var form = await SendFormAsync("Not lost");
        var page = await form.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, form.StatusCode);
        Assert.Contains("value=\"Not lost\"", page, StringComparison.Ordinal);
        Assert.Contains("send it again in a moment", page, StringComparison.Ordinal);
        await IsLoggedInOneLineAsync(sites.Two, "POST / is answered with 503: No primary within 1.5 s");
    }

    [Fact]
    public async Task Site_NoCopyAtAll_IsAPageThatSaysSo()
    {
        await mysql.AsRootAsync(1, "SET GLOBAL offline_mode = ON");
        await using var undoOne = new Undo(() => mysql.AsRootAsync(1, "SET GLOBAL offline_mode = OFF"));
        await mysql.AsRootAsync(2, "SET GLOBAL offline_mode = ON");
        await using var undoTwo = new Undo(() => mysql.AsRootAsync(2, "SET GLOBAL offline_mode = OFF"));

        await Eventually.Within(TimeSpan.FromSeconds(15), async ct =>
        {
            using var answer = await sites.One.Client.GetAsync(new Uri("/", UriKind.Relative), ct);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "2"), (answer.StatusCode, answer.Headers.RetryAfter?.ToString()));
            Assert.Contains("Back in a moment", await answer.Content.ReadAsStringAsync(ct), StringComparison.Ordinal);
        });
        await IsLoggedInOneLineAsync(sites.One, "GET / is answered with 503: No copy to read within 2 s");
        Assert.Equal(HttpStatusCode.OK, (await sites.One.Client.GetAsync(new Uri("/alive", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task Assets_AskedForCompressed_AreServedSo()
    {
        var page = await sites.One.Client.GetStringAsync(new Uri("/", UriKind.Relative));
        using var request = new HttpRequestMessage(HttpMethod.Get, StyleSheet().Match(page).Groups["path"].Value);
        request.Headers.Add("Accept-Encoding", "gzip");
        using var answer = await sites.One.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("gzip", answer.Content.Headers.ContentEncoding.Single());
    }

    [Fact]
    public async Task Start_ConnectionStringIsWrong_IsOneLineWithoutThePassword()
    {
        await using var site = WebProcess.Start("web-3", new Dictionary<string, string>
        {
            ["ConnectionStrings__foobar"] = "Server=mysql:port;Password=secret",
            ["ConnectionStrings__foobar-migrations"] = mysql.Migrations,
        });

        Assert.Equal(1, await site.ExitAsync());
        Assert.Contains("Cannot start: The connection string 'foobar' has 'mysql:port' where host:port is expected", site.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", site.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", site.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_MigrationsNameOtherNodes_IsOneLine()
    {
        await using var site = WebProcess.Start("web-3", new Dictionary<string, string>
        {
            ["ConnectionStrings__foobar"] = mysql.Application,
            ["ConnectionStrings__foobar-migrations"] = "Server=elsewhere;Password=secret",
        });

        Assert.Equal(1, await site.ExitAsync());
        Assert.Contains("Cannot start: ConnectionStrings:foobar-migrations lacks 127.0.0.1:", site.Output, StringComparison.Ordinal);
    }

    private static Task IsLoggedInOneLineAsync(WebProcess site, string what) => Eventually.Within(Soon, () =>
    {
        Assert.Contains(what, site.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("FooBar.Data.Routing.No", site.Output, StringComparison.Ordinal);
    });

    private static Task<HttpResponseMessage> AddAsync(WebProcess site, string title) =>
        site.Client.PostAsJsonAsync("/api/posts", new { title, body = "Some text", author = "A tester" });

    /// <summary>Fetches the form from the first replica and sends it to the second, cookie and all.</summary>
    private async Task<HttpResponseMessage> SendFormAsync(string title)
    {
        using var page = await sites.One.Client.GetAsync(new Uri("/", UriKind.Relative));
        var token = Token().Match(await page.Content.ReadAsStringAsync()).Groups["token"].Value;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/");
        request.Headers.Add("Cookie", string.Join("; ", page.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0])));
        request.Content = new FormUrlEncodedContent(
        [
            new("Draft.Title", title), new("Draft.Body", "Some text"), new("Draft.Author", "A tester"), new("__RequestVerificationToken", token),
        ]);
        return await sites.Two.Client.SendAsync(request);
    }

    [GeneratedRegex("""name="__RequestVerificationToken"[^>]*value="(?<token>[^"]+)""")]
    private static partial Regex Token();

    [GeneratedRegex("""<link rel="stylesheet" href="(?<path>[^"]+)""")]
    private static partial Regex StyleSheet();
}
