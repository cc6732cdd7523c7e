using System.Net;
using FooBar.Gateway.Health;
using FooBar.Gateway.Resilience;
using FooBar.ServiceDefaults;
using Microsoft.Extensions.Logging.Abstractions;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace FooBar.Tests.Unit.Gateway;

public sealed class LastProbePolicyTests
{
    private readonly RecordingUpdater _updater = new();
    private readonly Dismissals _dismissals = new();
    private readonly FirstProbe _firstProbe = new(TimeProvider.System);
    private readonly DestinationState _replica = new("web-1");

    [Theory]
    [InlineData(HttpStatusCode.OK, DestinationHealth.Healthy)]
    [InlineData(HttpStatusCode.NoContent, DestinationHealth.Healthy)]
    [InlineData(HttpStatusCode.ServiceUnavailable, DestinationHealth.Unhealthy)]
    [InlineData(HttpStatusCode.NotFound, DestinationHealth.Unhealthy)]
    [InlineData(HttpStatusCode.Redirect, DestinationHealth.Unhealthy)]
    public void ProbingCompleted_OneAnswer_DecidesAtOnce(HttpStatusCode status, DestinationHealth expected)
    {
        using var response = new HttpResponseMessage(status);

        Probe(new DestinationProbingResult(_replica, response, null));

        Assert.Equal(expected, Assert.Single(_updater.Set).NewActiveHealth);
    }

    [Fact]
    public void ProbingCompleted_NoAnswer_IsUnhealthy()
    {
        Probe(new DestinationProbingResult(_replica, null, new HttpRequestException("Connection refused")));

        Assert.Equal(DestinationHealth.Unhealthy, Assert.Single(_updater.Set).NewActiveHealth);
    }

    [Theory]
    [InlineData("healthy", DestinationHealth.Unhealthy)]
    [InlineData("degraded", DestinationHealth.Healthy)]
    public void ProbingCompleted_OneIsDegraded_IsOutOnlyWhileTheOtherIsWell(string other, DestinationHealth expected)
    {
        using var degraded = Ready("degraded");
        using var second = Ready(other);

        Probe(new DestinationProbingResult(_replica, degraded, null), new DestinationProbingResult(new DestinationState("web-2"), second, null));

        Assert.Equal([expected, DestinationHealth.Healthy], _updater.Set.Select(verdict => verdict.NewActiveHealth));
    }

    [Theory]
    [InlineData("healthy", true)]
    [InlineData("degraded", false)]
    public void ProbingCompleted_OneIsSilent_LetsItsRequestsGoIfAnotherIsWell(string other, bool expected)
    {
        using var answer = Ready(other);
        var silent = new DestinationProbingResult(_replica, null, new OperationCanceledException());
        var waiting = _dismissals.Of(_replica);

        Probe(silent, new DestinationProbingResult(new DestinationState("web-2"), answer, null));

        Assert.Equal(expected, waiting.IsCancellationRequested);
        Assert.False(_dismissals.Of(_replica).IsCancellationRequested);
    }

    [Fact]
    public void ProbingCompleted_OneIsDegradedAndAnotherWell_LetsItsRequestsGo()
    {
        using var degraded = Ready("degraded");
        using var answer = Ready("healthy");
        var waiting = _dismissals.Of(_replica);

        Probe(new DestinationProbingResult(_replica, degraded, null), new DestinationProbingResult(new DestinationState("web-2"), answer, null));

        Assert.True(waiting.IsCancellationRequested);
    }

    [Fact]
    public void ProbingCompleted_OneAnswersThatItDrains_LetsNoRequestGo()
    {
        using var draining = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        using var answer = Ready("healthy");
        var waiting = _dismissals.Of(_replica);

        Probe(new DestinationProbingResult(_replica, draining, null), new DestinationProbingResult(new DestinationState("web-2"), answer, null));

        Assert.False(waiting.IsCancellationRequested);
    }

    [Fact]
    public async Task Start_BeforeTheFirstProbe_WaitsForIt()
    {
        var start = _firstProbe.StartingAsync(CancellationToken.None);
        Assert.False(start.IsCompleted);
        Assert.False(_firstProbe.IsCompleted);

        Probe(new DestinationProbingResult(_replica, null, new HttpRequestException("Connection refused")));

        await start.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.True(_firstProbe.IsCompleted);
    }

    [Fact]
    public async Task Start_ProbeThatNeverEnds_IsNotHeldBackForLong() =>
        await _firstProbe.StartingAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));

    private static HttpResponseMessage Ready(string status)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK);
        response.Headers.Add(HealthEndpoints.StatusHeader, status);
        return response;
    }

    private void Probe(params DestinationProbingResult[] results) =>
        new LastProbePolicy(_updater, _dismissals, _firstProbe, NullLogger<LastProbePolicy>.Instance).ProbingCompleted(new ClusterState("web"), results);

    private sealed class RecordingUpdater : IDestinationHealthUpdater
    {
        public List<NewActiveDestinationHealth> Set { get; } = [];

        public void SetActive(ClusterState cluster, IEnumerable<NewActiveDestinationHealth> newHealthStates) => Set.AddRange(newHealthStates);

        public void SetPassive(ClusterState cluster, DestinationState destination, DestinationHealth newHealth, TimeSpan reactivationPeriod) =>
            throw new NotSupportedException("only active probes are used");
    }
}
