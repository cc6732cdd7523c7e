using System.Globalization;
using System.Text;

namespace DockerEngine;

/// <summary>Makes lines of log frames. Each frame begins with its time; one that lacks the final newline is continued by the next.</summary>
internal sealed class LogLineAssembler
{
    private const int LongestLine = 64 * 1024;

    private static readonly bool[] Streams = [false, true];

    private readonly Pending[] _pending = [new(), new()];

    public IEnumerable<LogLine> Add(bool isError, ReadOnlyMemory<byte> frame)
    {
        var pending = _pending[isError ? 1 : 0];
        var space = frame.Span.IndexOf((byte)' ');
        if (space > 0 && DateTimeOffset.TryParse(Encoding.ASCII.GetString(frame.Span[..space]), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
        {
            pending.At = pending.Text.Length == 0 ? at : pending.At;
            frame = frame[(space + 1)..];
        }

        for (int end; (end = frame.Span.IndexOf((byte)'\n')) >= 0; frame = frame[(end + 1)..])
        {
            pending.Text.Write(frame.Span[..end]);
            yield return pending.Take(isError);
        }

        pending.Text.Write(frame.Span);
        if (pending.Text.Length >= LongestLine)
        {
            yield return pending.Take(isError);
        }
    }

    public IEnumerable<LogLine> Rest() =>
        from isError in Streams
        where _pending[isError ? 1 : 0].Text.Length > 0
        select _pending[isError ? 1 : 0].Take(isError);

    private sealed class Pending
    {
        public DateTimeOffset At { get; set; }

        public MemoryStream Text { get; } = new();

        public LogLine Take(bool isError)
        {
            var text = Encoding.UTF8.GetString(Text.GetBuffer(), 0, (int)Text.Length).TrimEnd('\r');
            Text.SetLength(0);
            return new LogLine(At, isError, text);
        }
    }
}
