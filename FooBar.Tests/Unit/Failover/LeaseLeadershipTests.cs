using System.Text.Json.Nodes;
using FooBar.Failover.Kubernetes;
using FooBar.Failover.Leadership;
using FooBar.Tests.Support;
using FooBar.Tests.Support.Kubernetes;
using k8s;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FooBar.Tests.Unit.Failover;

/// <summary>Coordinators "a" and "b" with the default times (lease 15 s, deadline 10 s, interval 2 s) on one clock that the tests move.</summary>
public sealed class LeaseLeadershipTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly WatchedTime time = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly CancellationTokenSource end = new();
    private readonly List<Task> waits = [];
    private readonly List<IDisposable> garbage = [];
    private FakeKubernetesApi api = null!;

    private JsonNode Spec => api.Objects.Find(FakeKubernetesApi.Lease)!["spec"]!;

    private string? Holder => Spec["holderIdentity"]?.GetValue<string>();

    public async Task InitializeAsync() => api = await FakeKubernetesApi.StartAsync();

    public async Task DisposeAsync()
    {
        await end.CancelAsync();
        await Task.WhenAll(waits).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await api.DisposeAsync();
        garbage.ForEach(item => item.Dispose());
        end.Dispose();
    }

    [Fact]
    public async Task Lease_Free_IsTakenAtOnce()
    {
        var (a, _) = await LeadingAsync("a");

        a.Demand();
        Assert.StartsWith("a_", Holder, StringComparison.Ordinal);
        Assert.Equal((15, 1), (Spec["leaseDurationSeconds"]!.GetValue<int>(), Spec["leaseTransitions"]!.GetValue<int>()));
        Assert.Matches(@"^2026-01-01T12:00:00\.000001Z$", Spec["acquireTime"]!.GetValue<string>());
    }

    [Fact]
    public async Task Lease_OfALiveHolder_IsWaitedFor()
    {
        var (a, _) = await LeadingAsync("a");
        var (b, waiting) = Candidate("b");

        for (var second = 0; second < 60; second += 2)
        {
            await PassAsync(waiting: 2, Interval);
        }

        Assert.True(a.Leads);
        Assert.False(b.Leads || waiting.IsCompleted);
        Assert.StartsWith("a_", b.Leader, StringComparison.Ordinal);
        Assert.Throws<SteppedDownException>(b.Demand);
    }

    [Fact]
    public async Task Lease_NotRenewed_IsTakenWhenItHasNotChangedForItsDuration()
    {
        HeldBy("somebody", seconds: 20);
        var (b, waiting) = Candidate("b");

        for (var second = 0; second < 20; second += 2)
        {
            await PassAsync(waiting: 1, TimeSpan.Zero);
            Assert.False(b.Leads);
            time.Advance(Interval);
        }

        await waiting.WaitAsync(Soon);
        Assert.True(b.Leads);
        Assert.Equal(1, Spec["leaseTransitions"]!.GetValue<int>());
    }

    [Fact]
    public async Task Lease_RenewedNoMore_IsLostBeforeAnotherMayTakeIt()
    {
        var (a, _) = await LeadingAsync("a");
        var (b, waiting) = Candidate("b");
        await PassAsync(waiting: 2, TimeSpan.Zero);
        api.Fails = call => call.Token == "a" ? Fault.Hang : Fault.None;

        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.True(a.Leads);
        time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.False(a.Leads);
        Assert.True(a.Lost.IsCancellationRequested);
        Assert.Contains("another one may lead", Assert.Throws<SteppedDownException>(a.Demand).Message, StringComparison.Ordinal);
        for (var second = 10; second < 14; second += 2)
        {
            await PassAsync(waiting: 1, Interval);
            Assert.False(b.Leads);
        }

        await PassAsync(waiting: 1, Interval);
        await waiting.WaitAsync(Soon);
        Assert.True(b.Leads);
    }

    [Fact]
    public async Task Renewal_AnsweredLate_CountsFromWhenItWasSent()
    {
        var (a, _) = await LeadingAsync("a");
        var before = Spec["renewTime"]!.GetValue<string>();
        api.Fails = _ => Fault.DoneThenSlow;
        await PassAsync(waiting: 1, Interval);
        await Eventually.Within(Soon, () => Assert.NotEqual(before, Spec["renewTime"]!.GetValue<string>()));
        time.Advance(TimeSpan.FromSeconds(2.9));
        api.DeliverLate();
        await PassAsync(waiting: 1, TimeSpan.Zero);
        api.Fails = _ => Fault.Hang;

        time.Advance(TimeSpan.FromSeconds(7));
        Assert.True(a.Leads); // 9.9 s after the renewal was sent
        time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.False(a.Leads);
    }

    [Fact]
    public async Task Renewal_ThatFailsForAWhile_KeepsTheLease()
    {
        var (a, _) = await LeadingAsync("a");
        api.Fails = _ => Fault.Error;
        for (var second = 0; second < 6; second += 2)
        {
            await PassAsync(waiting: 1, Interval);
        }

        await PassAsync(waiting: 1, TimeSpan.Zero);
        api.Fails = _ => Fault.None;
        time.Advance(Interval);
        await PassAsync(waiting: 1, TimeSpan.FromSeconds(9));

        Assert.True(a.Leads);
    }

    [Fact]
    public async Task Lease_InTheHandsOfAnother_IsLostAtTheNextRenewal()
    {
        var (a, _) = await LeadingAsync("a");
        HeldBy("somebody", seconds: 15);

        await PassAsync(waiting: 1, Interval);

        await Eventually.Within(Soon, () => Assert.True(a.Lost.IsCancellationRequested));
        Assert.Contains("somebody holds it", Assert.Throws<SteppedDownException>(a.Demand).Message, StringComparison.Ordinal);
        await a.ReleaseAsync();
        Assert.Equal("somebody", Holder);
    }

    [Fact]
    public async Task Release_OnStop_LetsTheNextOneLeadAtItsNextLook()
    {
        var (a, _) = await LeadingAsync("a");
        var (_, waiting) = Candidate("b");
        await PassAsync(waiting: 2, TimeSpan.Zero);

        await a.ReleaseAsync();
        Assert.False(a.Leads);
        Assert.Null(Holder);

        await PassAsync(waiting: 1, Interval);
        await waiting.WaitAsync(Soon);
        Assert.StartsWith("b_", Holder, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Acquisition_WhoseAnswerIsLost_CountsFromARenewalThatWasAnswered()
    {
        var failures = 1;
        api.Fails = call => call.Verb == "update" && Interlocked.Decrement(ref failures) >= 0 ? Fault.DoneThenLost : Fault.None;
        var (a, waiting) = Candidate("a");
        await PassAsync(waiting: 1, TimeSpan.Zero);
        var first = Spec["renewTime"]!.GetValue<string>();
        Assert.False(a.Leads);

        time.Advance(Interval);

        await waiting.WaitAsync(Soon);
        Assert.True(a.Leads);
        Assert.NotEqual(first, Spec["renewTime"]!.GetValue<string>());
    }

    [Fact]
    public async Task Lease_TheDeploymentDidNotMake_EndsTheCoordinatorWithTheRemedy()
    {
        api.Objects.Remove(FakeKubernetesApi.Lease);

        var error = await Assert.ThrowsAsync<SteppedDownException>(() => Candidate("a").Acquired);

        Assert.Contains("get of Lease foobar/failover was answered 404: the API server says 404; the deployment makes this Lease", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task TwoCandidates_WhateverTheServerDoes_NeverLeadAtOnce(int seed)
    {
        using var pace = ApiServerClient.Create(api.Access("pace"), Soon);
        var random = new Random(seed);
        var faults = new Dictionary<string, Fault>();
        api.Fails = call =>
        {
            lock (faults)
            {
                return faults.GetValueOrDefault(call.Token);
            }
        };
        List<LeaseLeadership> candidates = [Candidate("a").Leadership, Candidate("b").Leadership];
        var leaders = new HashSet<LeaseLeadership>();
        for (var step = 0; step < 400; step++)
        {
            if (step % 20 == 0)
            {
                lock (faults)
                {
                    faults["a"] = (Fault)random.Next(8);
                    faults["b"] = (Fault)random.Next(8);
                }
            }

            // Now and then a late write arrives; and one that leads no more is started anew, as its process would be.
            if (random.Next(10) == 0)
            {
                api.DeliverLate();
            }

            for (var index = 0; index < 2; index++)
            {
                if (candidates[index].Lost.IsCancellationRequested)
                {
                    candidates[index] = Candidate(index == 0 ? "a" : "b").Leadership;
                }
            }

            time.Advance(TimeSpan.FromSeconds(random.NextDouble()));
            await pace.CoordinationV1.ReadNamespacedLeaseAsync("failover", "foobar", cancellationToken: end.Token); // as long as one of the candidates' requests takes
            Assert.False(candidates[0].Leads && candidates[1].Leads, $"Both lead in step {step}: {Spec}");
            leaders.UnionWith(candidates.Where(candidate => candidate.Leads));
        }

        Assert.NotEmpty(leaders);
        Assert.All(api.Calls, call => Assert.True(call is { Resource: "leases/failover", Verb: "get" or "update" }, call.ToString()));
    }

    private async Task<(LeaseLeadership Leadership, Task Acquired)> LeadingAsync(string identity)
    {
        var candidate = Candidate(identity);
        await candidate.Acquired.WaitAsync(Soon);
        Assert.True(candidate.Leadership.Leads);
        return candidate;
    }

    private (LeaseLeadership Leadership, Task Acquired) Candidate(string identity)
    {
        var rules = Options.Create(FakeKubernetesApi.Options(identity));
        var client = ApiServerClient.Create(api.Access(identity), rules.Value.Kubernetes.RequestTimeout);
        var leadership = new LeaseLeadership(new ApiServer(client, rules, time), rules, time, NullLogger<LeaseLeadership>.Instance);
        garbage.AddRange([leadership, client]);
        var acquired = leadership.AcquireAsync(end.Token);
        waits.Add(acquired);
        return (leadership, acquired);
    }

    private void HeldBy(string holder, int seconds) => api.Objects.Edit(FakeKubernetesApi.Lease, lease =>
        lease["spec"] = new JsonObject { ["holderIdentity"] = holder, ["leaseDurationSeconds"] = seconds });

    /// <summary>Moves the clock once so many coordinators have done what they had to do and wait for their next look or renewal.</summary>
    private async Task PassAsync(int waiting, TimeSpan passed)
    {
        await Eventually.Within(Soon, () => Assert.Equal(waiting, time.Waiting(Interval)));
        time.Advance(passed);
    }
}
