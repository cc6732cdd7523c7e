using System.Net;
using FooBar.Gateway.Health;
using Microsoft.Extensions.Logging.Abstractions;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace FooBar.Tests.Unit.Gateway;

public sealed class LastProbePolicyTests
{
    private readonly RecordingUpdater _updater = new();
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

    private void Probe(DestinationProbingResult result) =>
        new LastProbePolicy(_updater, _firstProbe, NullLogger<LastProbePolicy>.Instance).ProbingCompleted(new ClusterState("web"), [result]);

    private sealed class RecordingUpdater : IDestinationHealthUpdater
    {
        public List<NewActiveDestinationHealth> Set { get; } = [];

        public void SetActive(ClusterState cluster, IEnumerable<NewActiveDestinationHealth> newHealthStates) => Set.AddRange(newHealthStates);

        public void SetPassive(ClusterState cluster, DestinationState destination, DestinationHealth newHealth, TimeSpan reactivationPeriod) =>
            throw new NotSupportedException("only active probes are used");
    }
}
