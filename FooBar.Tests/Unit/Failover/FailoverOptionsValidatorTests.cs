using FooBar.Failover;
using FooBar.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace FooBar.Tests.Unit.Failover;

public sealed class FailoverOptionsValidatorTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string File => Path.Combine(folder.Path, "token");

    public FailoverOptionsValidatorTests() => System.IO.File.WriteAllText(File, "");

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
            rules.Kubernetes.ApiServer = "http://kubernetes";
            rules.Kubernetes.LeaseDuration = TimeSpan.FromSeconds(4.5);
            rules.Kubernetes.RenewDeadline = TimeSpan.FromSeconds(4);
            rules.Kubernetes.RetryInterval = TimeSpan.Zero;
            rules.Kubernetes.RequestTimeout = TimeSpan.FromSeconds(5);
        });

        string[] expected =
        [
            "Journal is 'Failover Journal'", "Lease is ''", "Namespace is ''", "Identity is empty", "ApiServer is 'http://kubernetes'", "TokenPath is '/var/run/",
            "CertificateAuthorityPath is '/var/run/", "RetryInterval is 00:00:00", "LeaseDuration is 00:00:04.5000000; give whole seconds",
            "LeaseDuration is 00:00:04.5000000 and RenewDeadline 00:00:04", "RenewDeadline is 00:00:04; make it at least",
        ];
        Assert.Equal(expected.Length, errors.Count);
        Assert.All(errors.Zip(expected), pair => Assert.StartsWith($"Failover:Kubernetes:{pair.Second}", pair.First, StringComparison.Ordinal));
    }

    public void Dispose() => folder.Dispose();

    private void InKubernetes(FailoverOptions rules)
    {
        var kubernetes = rules.Kubernetes;
        (kubernetes.Journal, kubernetes.Lease, kubernetes.Namespace, kubernetes.Identity) = ("failover-journal", "failover", "foobar", "failover-0");
        (kubernetes.TokenPath, kubernetes.CertificateAuthorityPath) = (File, File);
    }

    private static List<string> Errors(Action<FailoverOptions> change)
    {
        var rules = new FailoverOptions { Nodes = { "mysql-0" }, Database = "foobar" };
        foreach (var account in new[] { rules.Coordinator, rules.Replication, rules.Application, rules.Migrations })
        {
            (account.User, account.Password) = ("user", "password");
        }

        change(rules);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("ConnectionStrings:mysql-0", (string?)"Server=mysql-0")]).Build();
        return [.. new FailoverOptionsValidator(configuration).Validate(name: null, rules).Failures ?? []];
    }
}
