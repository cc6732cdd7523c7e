namespace FooBar.Drill.Price;

/// <summary>What some seconds of one load have cost.</summary>
/// <param name="Lasted">From the first write's beginning to the last one's end.</param>
/// <param name="Latencies">How long each write took.</param>
/// <param name="PrimaryCpu">Processor time that the primary's server took.</param>
/// <param name="ReplicaCpu">Processor time that the replica's server took, until it had applied everything.</param>
public sealed record Round(TimeSpan Lasted, IReadOnlyList<TimeSpan> Latencies, TimeSpan PrimaryCpu, TimeSpan ReplicaCpu)
{
    public double WritesPerSecond => Latencies.Count / Lasted.TotalSeconds;

    public double PrimaryCpuPerWrite => PrimaryCpu.TotalMilliseconds / Latencies.Count;

    public double ReplicaCpuPerWrite => ReplicaCpu.TotalMilliseconds / Latencies.Count;

    /// <summary>The latency, in milliseconds, that so many percent of the writes did not exceed.</summary>
    public double Percentile(int percent)
    {
        var sorted = Latencies.Order().ToList();
        return sorted[((sorted.Count * percent) + 99) / 100 - 1].TotalMilliseconds;
    }
}
