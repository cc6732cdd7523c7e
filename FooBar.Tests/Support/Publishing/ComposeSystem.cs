using System.Diagnostics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using FooBar.AppHost.Publishing.Images;
using Xunit;

namespace FooBar.Tests.Support.Publishing;

/// <summary>The published compose file, started with the published images under a name of its own, and gone at the end with all that it made.</summary>
public sealed class ComposeSystem(PublishedImages images) : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder folder = new();
    private readonly string project = $"foobar{Guid.NewGuid():N}"[..14];
    private readonly int http = FreePort.Next(), https = FreePort.Next(), management = FreePort.Next();
    private X509Certificate2? certificate;

    /// <summary>What users open.</summary>
    public Uri Site => new($"https://localhost:{https}");

    /// <summary>A browser of its own: own cookies, own connections. It accepts the site's very certificate, which is self-signed.</summary>
    public HttpClient Visitor() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate!.GetCertHashString() },
    })
    {
        BaseAddress = Site,
        Timeout = TimeSpan.FromSeconds(15),
    };

    public async Task InitializeAsync()
    {
        var output = Path.Combine(folder.Path, "out");
        var published = await AppHostPublishing.RunAsync(output, "compose", $"--FooBar:Publish:Tag={images.Tag}", "--FooBar:Publish:MySqlImage=mysql:9.7");
        Assert.True(published.ExitCode == 0, published.Output + published.Errors);
        await RunAsync(Path.Combine(output, "secrets.sh"));
        certificate = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(output, "secrets", "gateway-tls", "tls.crt"));
        await File.AppendAllTextAsync(Path.Combine(output, ".env"), $"HTTP_PORT={http}\nHTTPS_PORT={https}\nMANAGEMENT_PORT={management}\n");
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
        string[] own = ["--project-name", project, "--project-directory", Path.Combine(folder.Path, "out"), "--file", Path.Combine(folder.Path, "out", "compose.yaml"), .. arguments];
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
