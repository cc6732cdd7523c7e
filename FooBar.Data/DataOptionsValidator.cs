using Microsoft.Extensions.Options;

namespace FooBar.Data;

/// <summary>Reports every impossible option at once, when the application starts.</summary>
internal sealed class DataOptionsValidator : IValidateOptions<DataOptions>
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, DataOptions options)
    {
        (string Key, TimeSpan Value, TimeSpan Least)[] times =
        [
            (nameof(options.ProbeInterval), options.ProbeInterval, TimeSpan.FromMilliseconds(50)),
            (nameof(options.ProbeTimeLimit), options.ProbeTimeLimit, TimeSpan.FromMilliseconds(50)),
            (nameof(options.MaxReplicaLag), options.MaxReplicaLag, TimeSpan.Zero),
            (nameof(options.ReadWait), options.ReadWait, TimeSpan.Zero),
            (nameof(options.WriteWait), options.WriteWait, TimeSpan.Zero),
            (nameof(options.OpenTimeLimit), options.OpenTimeLimit, TimeSpan.FromMilliseconds(50)),
            (nameof(options.StatementTimeLimit), options.StatementTimeLimit, TimeSpan.FromMilliseconds(50)),
            (nameof(options.MigrationTimeLimit), options.MigrationTimeLimit, TimeSpan.FromSeconds(1)),
        ];
        var mistakes = times
            .Where(time => time.Value < time.Least || time.Value > Longest)
            .Select(time => $"{DataOptions.Section}:{time.Key} is {time.Value}; set it between {time.Least} and {Longest}.")
            .ToList();
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }
}
