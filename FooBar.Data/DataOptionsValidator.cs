using Microsoft.Extensions.Options;

namespace FooBar.Data;

/// <summary>Reports every impossible option at once, when the application starts.</summary>
internal sealed class DataOptionsValidator : IValidateOptions<DataOptions>
{
    /// <summary>A user's token is valid for as long: who has none any more needs none.</summary>
    private static readonly TimeSpan LongestLag = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Longest = TimeSpan.FromHours(1), LongestKept = TimeSpan.FromDays(30);

    public ValidateOptionsResult Validate(string? name, DataOptions options)
    {
        (string Key, TimeSpan Value, TimeSpan Least, TimeSpan Most)[] times =
        [
            (nameof(options.ProbeInterval), options.ProbeInterval, TimeSpan.FromMilliseconds(50), Longest),
            (nameof(options.ProbeTimeLimit), options.ProbeTimeLimit, TimeSpan.FromMilliseconds(50), Longest),
            (nameof(options.MaxReplicaLag), options.MaxReplicaLag, TimeSpan.Zero, LongestLag),
            (nameof(options.ReadWait), options.ReadWait, TimeSpan.Zero, Longest),
            (nameof(options.ReplicaWait), options.ReplicaWait, TimeSpan.Zero, Longest),
            (nameof(options.WriteWait), options.WriteWait, TimeSpan.Zero, Longest),
            (nameof(options.OpenTimeLimit), options.OpenTimeLimit, TimeSpan.FromMilliseconds(50), Longest),
            (nameof(options.StatementTimeLimit), options.StatementTimeLimit, TimeSpan.FromMilliseconds(50), Longest),
            (nameof(options.KeepAnswersFor), options.KeepAnswersFor, TimeSpan.FromMinutes(1), LongestKept),
            (nameof(options.MigrationTimeLimit), options.MigrationTimeLimit, TimeSpan.FromSeconds(1), Longest),
        ];
        var mistakes = times
            .Where(time => time.Value < time.Least || time.Value > time.Most)
            .Select(time => $"{DataOptions.Section}:{time.Key} is {time.Value}; set it between {time.Least} and {time.Most}.")
            .ToList();
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }
}
