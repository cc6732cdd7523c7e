using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using FooBar.Failover;
using FooBar.Failover.Kubernetes;
using k8s;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FooBar.Tests.Support.Kubernetes;

/// <summary>
/// As much of a Kubernetes API server as a coordinator meets, over HTTPS: one ConfigMap and one Lease in the namespace
/// <c>foobar</c>, read and replaced with optimistic concurrency. It records who did what, and fails as it is told to.
/// </summary>
internal sealed class FakeKubernetesApi : IAsyncDisposable
{
    public const string Journal = "/api/v1/namespaces/foobar/configmaps/failover-journal";
    public const string Lease = "/apis/coordination.k8s.io/v1/namespaces/foobar/leases/failover";

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<Call> _calls = new();
    private readonly ConcurrentQueue<string> _connections = new();
    private readonly ConcurrentQueue<Action> _late = new();
    private readonly WebApplication _app;

    private FakeKubernetesApi(TestAuthority authority, IPEndPoint endpoint, string host)
    {
        Address = $"https://{host}:{endpoint.Port}";
        Authority = authority.Pem;
        File.WriteAllText(AuthorityPath, Authority);
        var (certificate, key) = authority.Issue(host);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        using var pem = X509Certificate2.CreateFromPem(certificate, key);
        var server = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(endpoint, listen => listen.UseHttps(server)));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public string Address { get; }

    /// <summary>The certificate of the authority that its clients trust, as PEM.</summary>
    public string Authority { get; }

    public ObjectStore Objects { get; } = new();

    /// <summary>Decides what becomes of each request.</summary>
    public Func<Call, Fault> Fails { get; set; } = _ => Fault.None;

    public IReadOnlyList<Call> Calls => [.. _calls];

    /// <summary>For each call, the connection that it came over.</summary>
    public IReadOnlyList<string> Connections => [.. _connections];

    public string AuthorityPath => Path.Combine(_folder.Path, "ca.crt");

    /// <summary>Starts it with what the deployment makes: an empty ConfigMap and a Lease that nobody holds.</summary>
    public static Task<FakeKubernetesApi> StartAsync() => StartAsync(new IPEndPoint(IPAddress.Loopback, FreePort.Next()), "localhost");

    /// <param name="endpoint">Where it listens.</param>
    /// <param name="host">The name by which it is called.</param>
    public static async Task<FakeKubernetesApi> StartAsync(IPEndPoint endpoint, string host)
    {
        using var authority = new TestAuthority();
        var api = new FakeKubernetesApi(authority, endpoint, host);
        api.Objects.Create(Journal, (JsonObject)JsonNode.Parse("""
            { "kind": "ConfigMap", "apiVersion": "v1", "metadata": { "name": "failover-journal", "namespace": "foobar", "labels": { "app": "failover" } } }
            """)!);
        api.Objects.Create(Lease, (JsonObject)JsonNode.Parse("""
            { "kind": "Lease", "apiVersion": "coordination.k8s.io/v1", "metadata": { "name": "failover", "namespace": "foobar" }, "spec": {} }
            """)!);
        await api._app.StartAsync();
        return api;
    }

    /// <summary>The settings of a coordinator outside a cluster, whose token is its name.</summary>
    public Dictionary<string, string?> Settings(string identity)
    {
        var access = Path.Combine(_folder.Path, identity);
        File.WriteAllText(access, $$"""
            apiVersion: v1
            kind: Config
            current-context: test
            contexts: [{ name: test, context: { cluster: test, user: test } }]
            clusters: [{ name: test, cluster: { server: "{{Address}}", certificate-authority: "{{AuthorityPath}}" } }]
            users: [{ name: test, user: { token: "{{identity}}" } }]
            """);
        return new Dictionary<string, string?>
        {
            ["Failover:Kubernetes:Journal"] = "failover-journal",
            ["Failover:Kubernetes:Lease"] = "failover",
            ["Failover:Kubernetes:Namespace"] = "foobar",
            ["Failover:Kubernetes:Identity"] = identity,
            ["KUBECONFIG"] = access,
        };
    }

    public static FailoverOptions Options(string identity) => new()
    {
        Kubernetes = { Journal = "failover-journal", Lease = "failover", Namespace = "foobar", Identity = identity },
    };

    /// <summary>Where it is, and the coordinator's token.</summary>
    public KubernetesClientConfiguration Access(string identity) =>
        ApiServerAccess.Load(new ConfigurationBuilder().AddInMemoryCollection(Settings(identity)).Build());

    /// <summary>What was late arrives: writes at the store, answers at whoever still waits for them.</summary>
    public void DeliverLate()
    {
        while (_late.TryDequeue(out var write))
        {
            write();
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        var path = request.Path.Value!;
        var verb = request.Method switch { "GET" => "get", "PUT" => "update", var other => other };
        var call = new Call(verb, string.Join('/', path.Split('/')[^2..]), request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal));
        var content = verb == "update" ? (JsonObject)(await JsonNode.ParseAsync(request.Body, cancellationToken: context.RequestAborted))! : null;
        var fault = Fails(call);
        _calls.Enqueue(call);
        _connections.Enqueue(context.Connection.Id);
        switch (fault)
        {
            case Fault.Late:
                _late.Enqueue(() => Do(path, content));
                await HangAsync(context);
                return;
            case Fault.Hang:
                await HangAsync(context);
                return;
            case Fault.Error:
                await RefuseAsync(context, 500);
                return;
        }

        var (status, now) = Do(path, content);
        switch (fault)
        {
            case Fault.DoneThenLost:
                context.Abort();
                return;
            case Fault.DoneThenSlow:
                var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _late.Enqueue(answered.SetResult);
                await answered.Task.WaitAsync(context.RequestAborted);
                break;
            case Fault.DoneThenError:
                await RefuseAsync(context, 500);
                return;
            case Fault.DoneThenHalf:
                await context.Response.WriteAsync("{", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await HangAsync(context);
                return;
        }

        if (now is null)
        {
            await RefuseAsync(context, status);
            return;
        }

        await context.Response.WriteAsJsonAsync(now, context.RequestAborted);
    }

    private (int Status, JsonObject? Now) Do(string path, JsonObject? content) =>
        content is not null ? Objects.Replace(path, content)
        : Objects.Find(path) is { } found ? (200, found)
        : (404, null);

    private static async Task HangAsync(HttpContext context) =>
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static Task RefuseAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { kind = "Status", status = "Failure", message = $"the API server says {status}", code = status });
    }
}
