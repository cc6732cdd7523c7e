using System.Globalization;

namespace FooBar.Failover;

/// <summary>The rule for times in the settings: each lies between two bounds, given in seconds.</summary>
internal static class TimeRange
{
    // The example lies in every range.
    public static IEnumerable<string> Errors(string section, params IEnumerable<(string Key, TimeSpan Value, double Least, double Most)> times) =>
        times.Where(time => time.Value < TimeSpan.FromSeconds(time.Least) || time.Value > TimeSpan.FromSeconds(time.Most))
            .Select(time => string.Create(CultureInfo.InvariantCulture,
                $"{section}:{time.Key} is {time.Value}; choose between {time.Least} and {time.Most} seconds, for instance 00:00:02."));
}
