using FooBar.Failover;
using FooBar.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace FooBar.Tests.Unit.Failover;

public sealed class FailoverOptionsValidatorTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string KubeConfig => Path.Combine(folder.Path, "kubeconfig");

    public FailoverOptionsValidatorTests() => File.WriteAllText(KubeConfig, """
        current-context: test
        contexts: [{ name: test, context: { cluster: test, user: test } }]
        clusters: [{ name: test, cluster: { server: "https://localhost" } }]
        users: [{ name: test, user: { token: test } }]
        """);

    [Fact]
    public void Journal_InAFile_IsFine() => Assert.Empty(Errors(rules => rules.JournalPath = "/state/journal"));

    [Fact]
    public void Journal_InAConfigMapWithALease_IsFine() => Assert.Empty(Errors(InKubernetes));

    [Fact]
    public void Journal_NowhereOrTwice_IsRefused()
    {
        Assert.StartsWith("Failover:JournalPath and Failover:Kubernetes:Journal are both empty; name a file", Assert.Single(Errors(_ => { })), StringComparison.Ordinal);
        Assert.StartsWith("Failover:JournalPath and Failover:Kubernetes:Journal are both given; keep one", Assert.Single(Errors(rules =>
        {
            InKubernetes(rules);
            rules.JournalPath = "/state/journal";
        })), StringComparison.Ordinal);
    }

    [Fact]
    public void Lease_WithoutItsJournal_IsRefused() => Assert.Contains(
        "Failover:Kubernetes:Lease is given without Failover:Kubernetes:Journal; give both or none, because each relies on the other.",
        Errors(rules => (rules.JournalPath, rules.Kubernetes.Lease) = ("/state/journal", "failover")));

    [Fact]
    public void Kubernetes_EverythingWrong_IsAllToldAtOnce()
    {
        var errors = Errors(rules =>
        {
            rules.Kubernetes.Journal = "Failover Journal";
            rules.Kubernetes.LeaseDuration = TimeSpan.FromSeconds(4.5);
            rules.Kubernetes.RenewDeadline = TimeSpan.FromSeconds(4);
            rules.Kubernetes.RetryInterval = TimeSpan.Zero;
            rules.Kubernetes.RequestTimeout = TimeSpan.FromSeconds(5);
        });

        string[] expected =
        [
            "Journal is 'Failover Journal'", "Lease is ''", "Namespace is ''", "Identity is empty", "RetryInterval is 00:00:00", "LeaseDuration is 00:00:04.5000000; give whole seconds",
            "LeaseDuration is 00:00:04.5000000 and RenewDeadline 00:00:04", "RenewDeadline is 00:00:04; make it at least",
        ];
        Assert.Equal(expected.Length, errors.Count);
        Assert.All(errors.Zip(expected), pair => Assert.StartsWith($"Failover:Kubernetes:{pair.Second}", pair.First, StringComparison.Ordinal));
    }

    [Fact]
    public void Kubernetes_WithoutAServiceAccount_IsRefusedInOneSentence()
    {
        const string remedy = "; set automountServiceAccountToken in the pod, or KUBECONFIG outside a cluster.";

        var error = Assert.Single(Errors(InKubernetes, kubeConfig: null));

        Assert.StartsWith("Failover:Kubernetes:Journal is given, but this process has no service account", error, StringComparison.Ordinal);
        Assert.EndsWith(remedy, error, StringComparison.Ordinal);
        Assert.Empty(Errors(rules => rules.JournalPath = "/state/journal", kubeConfig: null));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("no: [yaml")]
    [InlineData("current-context: other")]
    public void Kubernetes_WithAKubeConfigThatIsNone_IsRefusedInOneSentence(string? text)
    {
        File.Delete(KubeConfig);
        if (text is not null)
        {
            File.WriteAllText(KubeConfig, text);
        }

        var error = Assert.Single(Errors(InKubernetes));

        Assert.StartsWith($"KUBECONFIG is '{KubeConfig}', which cannot be used (", error, StringComparison.Ordinal);
        Assert.EndsWith("; name one kubeconfig file with a current context.", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public void Kubernetes_WithAnAuthorityThatIsNone_IsRefused()
    {
        var authority = Path.Combine(folder.Path, "ca.crt");
        File.WriteAllText(authority, "no certificate");
        File.WriteAllText(KubeConfig, File.ReadAllText(KubeConfig).Replace("localhost\"", $"localhost\", certificate-authority: \"{authority}\"", StringComparison.Ordinal));

        Assert.Contains("holds no certificate", Assert.Single(Errors(InKubernetes)), StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private static void InKubernetes(FailoverOptions rules)
    {
        var kubernetes = rules.Kubernetes;
        (kubernetes.Journal, kubernetes.Lease, kubernetes.Namespace, kubernetes.Identity) = ("failover-journal", "failover", "foobar", "failover-0");
    }

    private List<string> Errors(Action<FailoverOptions> change) => Errors(change, KubeConfig);

    private static List<string> Errors(Action<FailoverOptions> change, string? kubeConfig)
    {
        var rules = new FailoverOptions { Nodes = { "mysql-0" }, Database = "foobar" };
        foreach (var account in new[] { rules.Coordinator, rules.Replication, rules.Application, rules.Migrations })
        {
            (account.User, account.Password) = ("user", "password");
        }

        change(rules);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:mysql-0"] = "Server=mysql-0",
            ["KUBECONFIG"] = kubeConfig,
        }).Build();
        return [.. new FailoverOptionsValidator(configuration).Validate(name: null, rules).Failures ?? []];
    }
}
