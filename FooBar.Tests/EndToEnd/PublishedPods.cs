using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using FooBar.Failover.Journal;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Kubernetes;
using FooBar.Tests.Support.Publishing;
using Xunit;

namespace FooBar.Tests.EndToEnd;

/// <summary>The production overlay, published and rendered as it is and run as Kubernetes would.</summary>
public sealed class PublishedPods(PublishedImages images) : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private LocalCluster? cluster;
    private X509Certificate2? certificate;

    /// <summary>Whom the replica followed, and how, before anything was done to the pods.</summary>
    public string FirstReplication { get; private set; } = "";

    internal Overlay Production { get; private set; } = new("production", []);

    internal LocalCluster Cluster => cluster ?? throw new InvalidOperationException("The pods are not started.");

    public async Task InitializeAsync()
    {
        if (PodsFactAttribute.Missing is not null)
        {
            return;
        }

        var published = Path.Combine(folder.Path, "out");
        var publish = await AppHostPublishing.RunAsync(published, "publish", $"--FooBar:Publish:Tag={images.Tag}", "--FooBar:Publish:MySqlImage=mysql:9.7");
        Assert.True(publish.ExitCode == 0, publish.Output + publish.Errors);
        var secrets = new RecordingCluster(Path.Combine(folder.Path, "secrets"), LocalCluster.Namespace);
        var made = await secrets.RunAsync(Path.Combine(published, "secrets.sh"), LocalCluster.Namespace);
        Assert.True(made.ExitCode == 0, made.Errors);
        Production = await Overlay.RenderAsync(Path.Combine(published, "overlays", "production"));
        cluster = new LocalCluster(Production, secrets.SecretsIn(LocalCluster.Namespace));
        certificate = X509Certificate2.CreateFromPem(secrets.SecretsIn(LocalCluster.Namespace)["gateway-tls"]["tls.crt"]);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await cluster.StartAsync(limit.Token);
        await cluster.ReadyAsync(TimeSpan.FromSeconds(90));
        var journal = await InSyncAsync();
        FirstReplication = await QueryAsync(journal.InSync.Single(), """
            SELECT host, ssl_verify_server_certificate, ssl_ca_file, c.service_state, a.service_state
            FROM performance_schema.replication_connection_configuration
            JOIN performance_schema.replication_connection_status AS c USING (channel_name)
            JOIN performance_schema.replication_applier_status AS a USING (channel_name)
            """);
    }

    /// <summary>Waits until the primary acknowledges nothing that its replica does not hold.</summary>
    internal async Task<JournalEntry> InSyncAsync()
    {
        var journal = JournalEntry.Empty;
        await Eventually.Within(TimeSpan.FromSeconds(30), async _ =>
        {
            journal = Cluster.Journal();
            Assert.Single(journal.InSync);
            Assert.Equal("ON\t1", await QueryAsync(journal.Primary!, """
                SELECT (SELECT variable_value FROM performance_schema.global_status WHERE variable_name = 'Rpl_semi_sync_source_status'),
                       (SELECT variable_value FROM performance_schema.global_status WHERE variable_name = 'Rpl_semi_sync_source_clients')
                """));
        });
        return journal;
    }

    /// <summary>A new visitor of the site, who knows its certificate: a connection of its own to one of the pods behind the Service gateway.</summary>
    public HttpClient Visitor() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        ConnectCallback = (connection, ct) => Cluster.ConnectAsync("gateway", connection.DnsEndPoint.Port, ct),
        SslOptions = new()
        {
            RemoteCertificateValidationCallback = (_, presented, _, errors) =>
                presented?.GetCertHashString() == certificate?.GetCertHashString() && !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch),
        },
    })
    {
        BaseAddress = new Uri("https://www.foobar.com"),
        Timeout = TimeSpan.FromSeconds(20),
    };

    /// <summary>Asks a MySQL pod as root, on its own socket.</summary>
    public async Task<string> QueryAsync(string pod, string sql)
    {
        var name = Cluster.Pods.Single(candidate => candidate.Name == pod).ContainerName;
        return await PodEngine.RunAsync("exec", name, "bash", "-c", "MYSQL_PWD=$MYSQL_ROOT_PASSWORD exec mysql --no-defaults --socket=/var/run/mysqld/mysqld.sock --user=root --batch --skip-column-names --execute \"$0\"", sql);
    }

    public async Task DisposeAsync()
    {
        if (cluster is not null)
        {
            await cluster.DisposeAsync();
        }

        certificate?.Dispose();
        folder.Dispose();
    }
}
