using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using YamlDotNet.Serialization;

namespace FooBar.Drill.Stack;

/// <summary>The published compose file, started under a project name of its own, and removed with its containers and volumes.</summary>
/// <param name="tag">The tag of the services' images.</param>
/// <param name="change">Makes a second file, which overrides the published one; none if null.</param>
public sealed class ComposeSystem(string tag, Func<JsonObject, JsonObject>? change = null) : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder folder = new();
    private readonly string project = $"foobar{Guid.NewGuid():N}"[..14];
    private readonly int http = FreePort.Next(), https = FreePort.Next(), management = FreePort.Next();
    private X509Certificate2? certificate;

    /// <summary>What users open.</summary>
    public Uri Site => new($"https://localhost:{https}");

    private string Output => Path.Combine(folder.Path, "out");

    private string Published => Path.Combine(Output, "compose.yaml");

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
        await AppHostProcess.PublishAsync(
            Limit, "compose", "--output-path", Output, $"--FooBar:Publish:Tag={tag}", "--FooBar:Publish:MySqlImage=mysql:9.7");
        await ProgramRun.OutputOfAsync(Limit, Path.Combine(Output, "secrets.sh"));
        certificate = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Output, "secrets", "gateway-tls", "tls.crt"));
        await File.AppendAllTextAsync(Path.Combine(Output, ".env"), $"HTTP_PORT={http}\nHTTPS_PORT={https}\nMANAGEMENT_PORT={management}\n");
        if (change is not null)
        {
            await File.WriteAllTextAsync(Override, change(Json(await File.ReadAllTextAsync(Published))).ToJsonString());
        }

        await ComposeAsync("up", "--detach");

        using var visitor = Visitor();
        await Eventually.Within(TimeSpan.FromSeconds(90), async ct =>
        {
            using var answer = await visitor.GetAsync("/", ct);
            answer.EnsureSuccessStatusCode();
        });
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (File.Exists(Published))
            {
                await ComposeAsync("down", "--volumes", "--timeout", "10");
            }
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
        string[] own = ["--project-name", project, "--project-directory", Output, "--file", Published, .. files, .. arguments];
        return await HasPluginAsync()
            ? await ProgramRun.OutputOfAsync(Limit, "docker", ["compose", .. own])
            : await ProgramRun.OutputOfAsync(Limit, "docker-compose", own);
    }

    private static async Task<bool> HasPluginAsync() =>
        (await ProgramRun.OfAsync(new ProcessStartInfo("docker", ["compose", "version"]), Limit)).ExitCode == 0;

    // Plain scalars keep their type: compose refuses "true" where it wants a boolean.
    private static JsonObject Json(string yaml)
    {
        var document = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<object>(yaml);
        return JsonNode.Parse(new SerializerBuilder().JsonCompatible().Build().Serialize(document))!.AsObject();
    }
}
