using System.Text.Json.Nodes;
using FooBar.Failover.Journal;
using FooBar.Failover.Kubernetes;
using FooBar.Failover.Leadership;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Kubernetes;
using k8s;
using Microsoft.Extensions.Options;

namespace FooBar.Tests.Unit.Failover;

public sealed class ConfigMapJournalTests : IAsyncLifetime
{
    private const string Reason = "The test says so.";

    private static readonly JournalEntry First = new(JournalPhase.Bootstrapping, 1, "mysql-0", []);
    private static readonly JournalEntry Second = new(JournalPhase.Serving, 1, "mysql-0", ["mysql-1"]);

    private readonly List<IKubernetes> clients = [];
    private FakeKubernetesApi api = null!;

    private string Text => api.Objects.Find(FakeKubernetesApi.Journal)!["data"]?["journal"]?.GetValue<string>() ?? "";

    private static CancellationToken None => CancellationToken.None;

    public async Task InitializeAsync() => api = await FakeKubernetesApi.StartAsync();

    public async Task DisposeAsync()
    {
        clients.ForEach(client => client.Dispose());
        await api.DisposeAsync();
    }

    [Fact]
    public async Task Journal_EmptyConfigMap_IsANewCluster()
    {
        Assert.Equal(JournalPhase.New, (await Journal("a").OpenAsync(None)).Phase);
    }

    [Fact]
    public async Task Journal_AbsentConfigMap_IsAnErrorThatNamesItAndTheRemedy()
    {
        api.Objects.Remove(FakeKubernetesApi.Journal);

        var error = await Assert.ThrowsAsync<JournalException>(() => Journal("a").OpenAsync(None));

        Assert.Contains("the deployment makes the ConfigMap foobar/failover-journal, empty", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Journal_WrittenAndReadByASuccessor_GivesTheLatestEntry()
    {
        await WrittenAsync(First, Second);

        var entry = await Journal("b").OpenAsync(None);

        Assert.Equal((JournalPhase.Serving, 1L, "mysql-0"), (entry.Phase, entry.Epoch, entry.Primary));
        Assert.Equal(["mysql-1"], entry.InSync);
        Assert.Equal(4, Text.Count(c => c == '\n'));
        Assert.Contains("b took over.", Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_ToAnObjectWithOtherContent_ChangesTheJournalAlone()
    {
        api.Objects.Edit(FakeKubernetesApi.Journal, map => map["data"] = new JsonObject { ["notes"] = "kept" });
        var journal = await WrittenAsync(First);
        api.Objects.Edit(FakeKubernetesApi.Journal, map => map["metadata"]!["annotations"] = new JsonObject { ["who"] = "somebody" });

        await journal.WriteAsync(Second, Reason, None);

        var map = api.Objects.Find(FakeKubernetesApi.Journal)!;
        Assert.Equal(("kept", "failover", "somebody"), (map["data"]!["notes"]!.GetValue<string>(),
            map["metadata"]!["labels"]!["app"]!.GetValue<string>(), map["metadata"]!["annotations"]!["who"]!.GetValue<string>()));
        Assert.Equal(Second.Phase, (await Journal("b").OpenAsync(None)).Phase);
    }

    [Fact]
    public async Task Write_AfterASuccessorTookOver_StepsDownAndWritesNothing()
    {
        var old = await WrittenAsync(First);
        await Journal("b").OpenAsync(None);
        var text = Text;

        var error = await Assert.ThrowsAsync<SteppedDownException>(() => old.WriteAsync(Second, Reason, None));

        Assert.Contains("Somebody else has written to the journal", error.Message, StringComparison.Ordinal);
        Assert.Equal(text, Text);
        await Assert.ThrowsAsync<InvalidOperationException>(() => old.WriteAsync(Second, Reason, None));
    }

    [Theory]
    [InlineData(Fault.DoneThenLost)]
    [InlineData(Fault.DoneThenError)]
    [InlineData(Fault.DoneThenHalf)]
    [InlineData(Fault.Error)]
    [InlineData(Fault.Hang)]
    internal async Task Write_WithoutAnAnswer_IsResolvedByReading(Fault fault)
    {
        var journal = await WrittenAsync(First);
        FailOnce(fault);

        await journal.WriteAsync(Second, Reason, None);

        Assert.Equal(JournalPhase.Serving, journal.Current.Phase);
        Assert.Equal(3, Text.Count(c => c == '\n'));
        await journal.WriteAsync(First, Reason, None);
        Assert.Equal(JournalPhase.Bootstrapping, (await Journal("b").OpenAsync(None)).Phase);
    }

    [Fact]
    public async Task Write_NeverAnswered_StepsDownBecauseTheOutcomeIsUnknown()
    {
        var journal = await WrittenAsync(First);
        api.Fails = call => call.Verb == "update" ? Fault.Error : Fault.None;

        var error = await Assert.ThrowsAsync<SteppedDownException>(() => journal.WriteAsync(Second, Reason, None));

        Assert.Contains("not known whether", error.Message, StringComparison.Ordinal);
        Assert.Equal(JournalPhase.Bootstrapping, journal.Current.Phase);
    }

    [Fact]
    public async Task Write_OfAPredecessorThatArrivesLate_MeetsAnotherVersionAndFails()
    {
        var old = await WrittenAsync(First);
        api.Fails = call => call is { Verb: "update", Token: "a" } ? Fault.Late : Fault.None;
        await Assert.ThrowsAsync<SteppedDownException>(() => old.WriteAsync(Second, Reason, None));
        var successor = Journal("b");

        Assert.Equal(JournalPhase.Bootstrapping, (await successor.OpenAsync(None)).Phase);
        api.DeliverLate();

        Assert.DoesNotContain("Serving", Text, StringComparison.Ordinal);
        await successor.WriteAsync(Second, Reason, None);
    }

    [Fact]
    public async Task Write_WithoutTheLead_IsNotBegun()
    {
        var lead = new Lead();
        var journal = Journal(api.Access("a"), "a", lead);
        await journal.OpenAsync(None);
        lead.Leads = false;
        var calls = api.Calls.Count;

        await Assert.ThrowsAsync<SteppedDownException>(() => journal.WriteAsync(First, Reason, None));

        Assert.Equal(calls, api.Calls.Count);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(-20)]
    public async Task Journal_DamagedInsideALine_IsNotTrusted(int position)
    {
        await WrittenAsync(First, Second);
        Edit(text => string.Create(text.Length, text, (span, from) =>
        {
            from.CopyTo(span);
            span[position < 0 ? span.Length + position : position] ^= (char)1;
        }));

        await NotTrustedAsync();
    }

    [Fact]
    public async Task Journal_LineMissingOrTorn_IsNotTrusted()
    {
        await WrittenAsync(First, Second);
        var text = Text;
        var lines = text.Split('\n');

        Edit(_ => string.Join('\n', lines.Where((_, index) => index != 1)));
        await NotTrustedAsync();
        Edit(_ => text[..^10]);
        await NotTrustedAsync();
    }

    [Fact]
    public async Task Journal_LongerThanItsLimit_KeepsTheNewestLinesAndIsStillTrusted()
    {
        var text = "";
        for (var number = 1; number <= ConfigMapText.Lines + 20; number++)
        {
            text = ConfigMapText.Append(text, JournalLines.Encode(new JournalLine(number, default, Reason, First with { Epoch = number })));
        }

        Assert.Equal(ConfigMapText.Lines, text.Count(c => c == '\n'));
        Edit(_ => text);

        Assert.Equal(ConfigMapText.Lines + 20, (await Journal("a").OpenAsync(None)).Epoch);
        Assert.Equal(ConfigMapText.Lines, Text.Count(c => c == '\n'));
        Assert.Contains($"\"number\":{ConfigMapText.Lines + 21},", Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Journal_RestoredByHandAsTheRunbookSays_IsTrusted()
    {
        Edit(_ => """
            858c4e9497c84110 {"number":1,"at":"2026-01-01T00:00:00+00:00","reason":"Restored by hand.","entry":{"phase":"Serving","epoch":1,"primary":"mysql-0","inSync":[]}}

            """);

        var entry = await Journal("a").OpenAsync(None);

        Assert.Equal((JournalPhase.Serving, 1L, "mysql-0"), (entry.Phase, entry.Epoch, entry.Primary));
        Assert.Empty(entry.InSync);
    }

    [Fact]
    public void Journal_OfLongLines_StaysBelowTheSizeOfAConfigMap()
    {
        var text = "";
        for (var number = 1; number <= 30; number++)
        {
            text = ConfigMapText.Append(text, new string('é', 50_000) + '\n');
        }

        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(text), 400_000, 600_000);
    }

    [Fact]
    public async Task Journal_EverythingItDoes_NeedsGetAndUpdateOfOneConfigMap()
    {
        await WrittenAsync(First, Second);

        Assert.All(api.Calls, call => Assert.True(call is { Resource: "configmaps/failover-journal", Token: "a", Verb: "get" or "update" }, call.ToString()));
    }

    [Fact]
    public async Task Api_RequestWithoutAnAnswer_GivesItsConnectionUp()
    {
        var journal = await WrittenAsync(First);
        FailOnce(Fault.Hang);

        await journal.WriteAsync(Second, Reason, None);

        Assert.Equal(2, api.Connections.Distinct().Count());
        Assert.NotEqual(api.Connections[0], api.Connections[^1]);
    }

    [Fact]
    public async Task Api_ServerOfAnotherAuthority_IsNotTalkedTo()
    {
        using var other = new TestAuthority();
        await File.WriteAllTextAsync(api.AuthorityPath, other.Pem);

        await Assert.ThrowsAsync<JournalException>(() => Journal("a").OpenAsync(None));

        Assert.Empty(api.Calls);
    }

    [Fact]
    public async Task Api_ServerByAnotherName_IsNotTalkedTo()
    {
        var access = api.Access("a");
        access.Host = api.Address.Replace("localhost", "127.0.0.1", StringComparison.Ordinal);

        await Assert.ThrowsAsync<JournalException>(() => Journal(access, "a").OpenAsync(None));

        Assert.Empty(api.Calls);
    }

    private async Task<ConfigMapJournal> WrittenAsync(params JournalEntry[] entries)
    {
        var journal = Journal("a");
        await journal.OpenAsync(None);
        foreach (var entry in entries)
        {
            await journal.WriteAsync(entry, Reason, None);
        }

        return journal;
    }

    private async Task NotTrustedAsync()
    {
        var text = Text;

        var error = await Assert.ThrowsAsync<JournalException>(() => Journal("b").OpenAsync(None));

        Assert.Contains("of the journal ConfigMap foobar/failover-journal is damaged", error.Message, StringComparison.Ordinal);
        Assert.Equal(text, Text);
    }

    private void Edit(Func<string, string> change) => api.Objects.Edit(FakeKubernetesApi.Journal, map =>
        map["data"] = new JsonObject { ["journal"] = change(Text) });

    private void FailOnce(Fault fault)
    {
        var failures = 1;
        api.Fails = call => call.Verb == "update" && Interlocked.Decrement(ref failures) >= 0 ? fault : Fault.None;
    }

    private ConfigMapJournal Journal(string identity) => Journal(api.Access(identity), identity);

    private ConfigMapJournal Journal(KubernetesClientConfiguration access, string identity) => Journal(access, identity, new OnlyCoordinator());

    private ConfigMapJournal Journal(KubernetesClientConfiguration access, string identity, ILeadership leadership)
    {
        var rules = FakeKubernetesApi.Options(identity);
        rules.Kubernetes.RequestTimeout = TimeSpan.FromSeconds(1);
        rules.Kubernetes.RenewDeadline = TimeSpan.FromSeconds(4);
        var client = ApiServerClient.Create(access, rules.Kubernetes.RequestTimeout);
        clients.Add(client);
        return new(new ApiServer(client, Options.Create(rules), TimeProvider.System), leadership, Options.Create(rules), TimeProvider.System);
    }

    private sealed class Lead : ILeadership
    {
        public bool Leads { get; set; } = true;

        public string? Leader => null;

        public CancellationToken Lost => CancellationToken.None;

        public Task AcquireAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Demand()
        {
            if (!Leads)
            {
                throw new SteppedDownException("The test says so.");
            }
        }

        public Task ReleaseAsync() => Task.CompletedTask;
    }
}
