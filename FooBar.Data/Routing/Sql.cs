using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using MySqlConnector;

namespace FooBar.Data.Routing;

/// <summary>
/// One statement, written as an interpolated string: <c>$"SELECT title FROM posts WHERE id = {id}"</c>. What stands in
/// braces becomes a parameter, never a part of the text, so that no input can change the statement.
/// </summary>
[InterpolatedStringHandler]
public sealed class Sql
{
    private readonly StringBuilder _text;
    private readonly List<object?> _values;

    /// <summary>Called by the compiler.</summary>
    public Sql(int literalLength, int formattedCount)
    {
        _text = new(literalLength + (formattedCount * 4));
        _values = new(formattedCount);
    }

    private Sql(string text)
        : this(text.Length, formattedCount: 0) => _text.Append(text);

    /// <summary>Called by the compiler for the text between the braces.</summary>
    public void AppendLiteral(string value) => _text.Append(value);

    /// <summary>Called by the compiler for a value in braces.</summary>
    public void AppendFormatted<T>(T value)
    {
        _text.Append(CultureInfo.InvariantCulture, $"@p{_values.Count}");
        _values.Add(value);
    }

    /// <summary>A statement from a file that is part of the program.</summary>
    internal static Sql FromFile(string text) => new(text);

    internal MySqlCommand CommandOn(MySqlConnection connection, MySqlTransaction? transaction, TimeSpan limit)
    {
        var command = new MySqlCommand(_text.ToString(), connection, transaction)
        {
            // The last resort only, a second after our own limit: it ends work that had to be left behind.
            CommandTimeout = (int)Math.Ceiling(limit.TotalSeconds) + 1,
        };
        for (var i = 0; i < _values.Count; i++)
        {
            command.Parameters.AddWithValue(string.Create(CultureInfo.InvariantCulture, $"@p{i}"), _values[i] ?? DBNull.Value);
        }

        // The query attribute that MySQL's telemetry component reads: the server's own spans join this trace.
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } traceParent })
        {
            command.Attributes.SetAttribute("traceparent", traceParent);
        }

        return command;
    }
}
