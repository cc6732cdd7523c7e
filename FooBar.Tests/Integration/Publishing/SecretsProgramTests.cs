using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Integration.Publishing;

/// <summary>The program that makes the secrets, as it is published, against a kubectl that records.</summary>
public sealed partial class SecretsProgramTests(PublishedKubernetes published) : IClassFixture<PublishedKubernetes>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Program => Path.Combine(published.Path, "secrets.sh");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Secrets_Made_AreWholeAndStayAsTheyAreTheNextTime()
    {
        var cluster = new RecordingCluster(folder.Path, "foobar");

        await SucceedsAsync(cluster);

        var first = cluster.Secrets;
        Assert.Equal(["gateway-tls", "mysql-ca", "mysql-tls", "parameters"], first.Keys.Order());
        Assert.Equal(["tls.crt", "tls.key"], first["gateway-tls"].Keys.Order());
        Assert.Equal(["ca.crt", "tls.crt", "tls.key"], first["mysql-tls"].Keys.Order());
        Assert.Equal(first["mysql-tls"]["ca.crt"], Assert.Single(first["mysql-ca"]).Value);
        await SucceedsAsync(cluster);
        Assert.Equal(Flat(first), Flat(cluster.Secrets));
        cluster.Remove("mysql-ca");
        await SucceedsAsync(cluster);
        Assert.Equal(Flat(first), Flat(cluster.Secrets));
    }

    [Fact]
    public async Task Passwords_Made_AreLongDifferentAndOfLettersAndDigits()
    {
        var cluster = new RecordingCluster(folder.Path, "foobar");

        await SucceedsAsync(cluster);

        var passwords = cluster.Secrets["parameters"].Values.ToList();
        Assert.Equal(5, passwords.Distinct().Count());
        Assert.All(passwords, password => Assert.Matches(Password(), password));
    }

    [Fact]
    public async Task Certificates_Made_AreThoseThatClientsVerify()
    {
        var cluster = new RecordingCluster(folder.Path, "foobar", "other");

        await SucceedsAsync(cluster, "other");

        var secrets = cluster.SecretsIn("other");
        using var authority = X509Certificate2.CreateFromPem(secrets["mysql-ca"]["ca.crt"]);
        using var mysql = X509Certificate2.CreateFromPem(secrets["mysql-tls"]["tls.crt"], secrets["mysql-tls"]["tls.key"]);
        Assert.Empty(Problems(mysql, authority));
        Assert.All(["mysql-0.mysql", "mysql-1.mysql", "mysql-1.mysql.other.svc.cluster.local"], host => Assert.True(mysql.MatchesHostname(host), host));
        Assert.False(mysql.MatchesHostname("mysql-0.mysql.foobar"));
        Assert.True(authority.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.False(mysql.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);

        // What one authority signs for users, clients of MySQL do not believe.
        using var gateway = X509Certificate2.CreateFromPem(secrets["gateway-tls"]["tls.crt"], secrets["gateway-tls"]["tls.key"]);
        Assert.NotEmpty(Problems(gateway, authority));
        Assert.All(["www.foobar.com", "localhost"], host => Assert.True(gateway.MatchesHostname(host), host));
    }

    [Fact]
    public async Task Secrets_WhileTheyAreMade_AreInNoArgumentAndInNoFileThatStays()
    {
        var cluster = new RecordingCluster(folder.Path, "foobar");

        var run = await SucceedsAsync(cluster);

        var secret = cluster.Secrets["parameters"].Values
            .Concat(cluster.Secrets.Values.SelectMany(entries => entries).Where(entry => entry.Key == "tls.key").SelectMany(entry => entry.Value.Split('\n').Where(line => line.Length > 40))).ToList();
        Assert.True(secret.Count > 5);
        Assert.Contains("kubectl --namespace foobar create secret generic parameters", cluster.Calls, StringComparison.Ordinal);
        Assert.Contains("openssl req", cluster.Calls, StringComparison.Ordinal);
        Assert.All(secret, value => Assert.DoesNotContain(value, cluster.Calls + run.Output + run.Errors, StringComparison.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(cluster.Temporary));
    }

    [Fact]
    public async Task Program_InterruptedByTheCluster_LeavesNoFileAndGoesOnTheNextTime()
    {
        var cluster = new RecordingCluster(folder.Path, "foobar");
        cluster.Refuse("mysql-ca");

        var run = await cluster.RunAsync(Program);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("the server is going away", run.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(cluster.Temporary));
        var first = cluster.Secrets;
        Assert.Equal(["mysql-tls", "parameters"], first.Keys.Order());
        cluster.Refuse("nothing");
        await SucceedsAsync(cluster);
        Assert.Equal(first["parameters"], cluster.Secrets["parameters"]);
        Assert.Equal(first["mysql-tls"]["ca.crt"], cluster.Secrets["mysql-ca"]["ca.crt"]);
    }

    [Fact]
    public async Task Program_WithoutItsNamespace_SaysWhatToDoAndMakesNothing()
    {
        var cluster = new RecordingCluster(folder.Path, "foobar");

        var run = await cluster.RunAsync(Program, "elsewhere");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.Equal("The namespace elsewhere cannot be seen: make it with kubectl apply -f namespace.yaml, or name another.", run.Errors.TrimEnd('\n').Split('\n')[^1]);
        Assert.Empty(cluster.Secrets);
        Assert.Empty(Directory.GetFileSystemEntries(cluster.Temporary));
    }

    private async Task<ProgramRun> SucceedsAsync(RecordingCluster cluster, params string[] arguments)
    {
        var run = await cluster.RunAsync(Program, arguments);
        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Equal("", run.Errors);
        return run;
    }

    private static IEnumerable<string> Flat(IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> secrets) =>
        secrets.SelectMany(secret => secret.Value.Select(entry => $"{secret.Key}/{entry.Key}={entry.Value}")).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Problems(X509Certificate2 certificate, X509Certificate2 authority)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1", "serverAuth"));
        return chain.Build(certificate) ? [] : [.. chain.ChainStatus.Select(status => status.StatusInformation)];
    }

    [GeneratedRegex("^[A-Za-z0-9]{32}$")]
    private static partial Regex Password();
}
