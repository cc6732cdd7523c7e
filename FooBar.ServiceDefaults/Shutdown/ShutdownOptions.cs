using Microsoft.Extensions.Options;

namespace FooBar.ServiceDefaults.Shutdown;

/// <summary>How a service leaves: section <c>Shutdown</c>.</summary>
public sealed class ShutdownOptions
{
    public const string Section = "Shutdown";

    /// <summary>
    /// For how long it goes on serving after the stop signal while <c>/health</c> already answers 503. The default is twice
    /// the gateway's probe interval, so that every gateway has taken the replica out before it closes its port.
    /// </summary>
    public TimeSpan DrainFor { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the requests that are then still running may take.</summary>
    public TimeSpan FinishWithin { get; set; } = TimeSpan.FromSeconds(4);
}

internal sealed class ShutdownOptionsValidator : IValidateOptions<ShutdownOptions>
{
    /// <summary>Orchestrators kill after 10 s; the last telemetry needs one of the seconds that are left.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(7);

    public ValidateOptionsResult Validate(string? name, ShutdownOptions options)
    {
        var failures = new List<string>();
        if (options.DrainFor < TimeSpan.Zero)
        {
            failures.Add($"Shutdown:DrainFor is {options.DrainFor}: give a time of zero or more.");
        }

        if (options.FinishWithin <= TimeSpan.Zero)
        {
            failures.Add($"Shutdown:FinishWithin is {options.FinishWithin}: give a time above zero.");
        }

        if (options.DrainFor + options.FinishWithin > Limit)
        {
            failures.Add($"Shutdown:DrainFor and Shutdown:FinishWithin come to {options.DrainFor + options.FinishWithin}: " +
                $"make them {Limit} or less together, because the process is killed after 10 s.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
