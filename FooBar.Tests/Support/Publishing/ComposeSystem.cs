using System.Diagnostics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using FooBar.AppHost.Publishing.Images;
using Xunit;

namespace FooBar.Tests.Support.Publishing;

/// <summary>The published compose file, started with the published images under a name of its own, and gone at the end with all that it made.</summary>
/// <param name="images">The images.</param>
/// <param name="change">Makes a second file, which overrides the published one; none if null.</param>
public sealed class ComposeSystem(PublishedImages images, Func<JsonObject, JsonObject>? change = null) : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder folder = new();
    private readonly string project = $"foobar{Guid.NewGuid():N}"[..14];
    private readonly int http = FreePort.Next(), https = FreePort.Next(), management = FreePort.Next();
    private X509Certificate2? certificate;

    /// <summary>What users open.</summary>
    public Uri Site => new($"https://localhost:{https}");

    private string Output => Path.Combine(folder.Path, "out");

    private string Override => Path.Combine(Output, "override.json");

    /// <summary>A browser of its own: own cookies, own connections. It accepts the site's very certificate, which is self-signed.</summary>
    /// <param name="keepsConnections">Whether a request may use the connection of the last one.</param>
    public HttpClient Visitor(bool keepsConnections = false) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        PooledConnectionLifetime = keepsConnections ? Timeout.InfiniteTimeSpan : TimeSpan.Zero,
        SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate!.GetCertHashString() },
    })
    {
        BaseAddress = Site,
        Timeout = TimeSpan.FromSeconds(15),
    };

    public async Task InitializeAsync()
    {
        var published = await AppHostPublishing.RunAsync(Output, "compose", $"--FooBar:Publish:Tag={images.Tag}", "--FooBar:Publish:MySqlImage=mysql:9.7");
        Assert.True(published.ExitCode == 0, published.Output + published.Errors);
        await RunAsync(Path.Combine(Output, "secrets.sh"));
        certificate = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Output, "secrets", "gateway-tls", "tls.crt"));
        await File.AppendAllTextAsync(Path.Combine(Output, ".env"), $"HTTP_PORT={http}\nHTTPS_PORT={https}\nMANAGEMENT_PORT={management}\n");
        if (change is not null)
        {
            var file = YamlDocuments.Parse(await File.ReadAllTextAsync(Path.Combine(Output, "compose.yaml"))).Single();
            await File.WriteAllTextAsync(Override, change(file).ToJsonString());
        }

        await ComposeAsync("up", "--detach");

        using var visitor = Visitor();
        await Eventually.Within(TimeSpan.FromSeconds(90), async ct =>
        {
            using var answer = await visitor.GetAsync("/", ct);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        });
    }

    public async Task DisposeAsync()
    {
        try
        {
            await ComposeAsync("down", "--volumes", "--timeout", "10");
        }
        finally
        {
            certificate?.Dispose();
            folder.Dispose();
        }
    }

    /// <summary>Runs compose on the project.</summary>
    public async Task<string> ComposeAsync(params string[] arguments)
    {
        string[] files = change is null ? [] : ["--file", Override];
        string[] own = ["--project-name", project, "--project-directory", Output, "--file", Path.Combine(Output, "compose.yaml"), .. files, .. arguments];
        return await HasPluginAsync() ? await RunAsync("docker", ["compose", .. own]) : await RunAsync("docker-compose", own);
    }

    private static async Task<bool> HasPluginAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        return (await ChildProgram.RunAsync(new ProcessStartInfo("docker", ["compose", "version"]), limit.Token)).ExitCode == 0;
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var limit = new CancellationTokenSource(Limit);
        var (exitCode, output) = await ChildProgram.RunAsync(new ProcessStartInfo(program, arguments), limit.Token);
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)}: {output}");
        return output;
    }
}
