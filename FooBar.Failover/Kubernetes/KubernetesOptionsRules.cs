namespace FooBar.Failover.Kubernetes;

/// <summary>What <see cref="KubernetesOptions"/> must be, as a part of the validation of <see cref="FailoverOptions"/>.</summary>
internal static class KubernetesOptionsRules
{
    private const string Section = "Failover:Kubernetes";

    public static IEnumerable<string> Errors(KubernetesOptions options) =>
        Names(options).Concat(Times(options));

    private static IEnumerable<string> Names(KubernetesOptions options)
    {
        foreach (var (key, value, example) in new[]
        {
            (nameof(options.Journal), options.Journal, "failover-journal"),
            (nameof(options.Lease), options.Lease, "failover"),
            (nameof(options.Namespace), options.Namespace, "foobar"),
        })
        {
            if (value.Length is 0 or > 253 || value.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('-' or '.')))
            {
                yield return $"{Section}:{key} is '{value}'; use lower-case letters, digits, '-' and '.', for instance {example}.";
            }
        }

        if (string.IsNullOrWhiteSpace(options.Identity))
        {
            yield return $"{Section}:Identity is empty; give the pod's name.";
        }
    }

    private static IEnumerable<string> Times(KubernetesOptions options)
    {
        foreach (var error in TimeRange.Errors(Section,
            (nameof(options.LeaseDuration), options.LeaseDuration, 2, 600),
            (nameof(options.RenewDeadline), options.RenewDeadline, 1, 600),
            (nameof(options.RetryInterval), options.RetryInterval, 0.1, 60),
            (nameof(options.RequestTimeout), options.RequestTimeout, 0.1, 60)))
        {
            yield return error;
        }

        if (options.LeaseDuration.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            yield return $"{Section}:LeaseDuration is {options.LeaseDuration}; give whole seconds, because a Lease holds no others.";
        }

        if (options.LeaseDuration < options.RenewDeadline + TimeSpan.FromSeconds(1))
        {
            yield return $"{Section}:LeaseDuration is {options.LeaseDuration} and RenewDeadline {options.RenewDeadline}; leave at least a second between them, in which what was begun ends before another takes over.";
        }

        if (options.RenewDeadline < options.RetryInterval + options.RequestTimeout)
        {
            yield return $"{Section}:RenewDeadline is {options.RenewDeadline}; make it at least RetryInterval and RequestTimeout together ({options.RetryInterval + options.RequestTimeout}), or one slow answer ends the lead.";
        }
    }
}
