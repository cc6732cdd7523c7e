using System.Globalization;
using System.Text;

namespace MySqlConnector;

/// <summary>Gives MySql.Data the values that it writes as MySqlConnector would; what neither knows is refused, not guessed.</summary>
internal static class ParameterValue
{
    public static object? Translate(object? value) => value switch
    {
        null or DBNull => null,
        Enum => Convert.ChangeType(value, Enum.GetUnderlyingType(value.GetType()), CultureInfo.InvariantCulture),
        bool or byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal or string or byte[] => value,
        DateTime time => DateTime.SpecifyKind(time, DateTimeKind.Unspecified),
        DateTimeOffset time => DateTime.SpecifyKind(time.UtcDateTime, DateTimeKind.Unspecified),
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        TimeOnly time => time.ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        TimeSpan span => $"{(span < TimeSpan.Zero ? "-" : "")}{Math.Abs((int)span.TotalHours)}:{span:mm\\:ss\\.ffffff}",
        Guid guid => guid.ToString("D"),
        char character => character.ToString(),
        StringBuilder text => text.ToString(),
        ReadOnlyMemory<char> text => text.ToString(),
        ReadOnlyMemory<byte> bytes => bytes.ToArray(),
        Memory<byte> bytes => bytes.ToArray(),
        ArraySegment<byte> bytes => bytes.ToArray(),
        MemoryStream stream => stream.ToArray(),
        _ => throw new NotSupportedException($"Parameter type {value.GetType().Name} is not supported; see https://mysqlconnector.net/param-type."),
    };
}
