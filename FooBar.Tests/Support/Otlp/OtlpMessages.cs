using Google.Protobuf;

namespace FooBar.Tests.Support.Otlp;

internal sealed record OtlpResource(string Service, string Instance);

internal sealed record OtlpSpan(OtlpResource Resource, string Source, string TraceId, string SpanId, string ParentId, string Name, IReadOnlyDictionary<string, string> Attributes);

internal sealed record OtlpMetric(OtlpResource Resource, string Meter, string Name);

internal sealed record OtlpLog(OtlpResource Resource, string Category, string Severity, string Body, string TraceId);

/// <summary>Field numbers are those of opentelemetry-proto 1.x: trace, metrics, logs, common, resource.</summary>
internal static class OtlpMessages
{
    public static IEnumerable<OtlpSpan> Spans(byte[] request) => Read(request, (resource, scope, span) => new OtlpSpan(
        resource, scope, span.Hex(1), span.Hex(2), span.Hex(4), span.Text(5), Attributes(span, 9)));

    public static IEnumerable<OtlpMetric> Metrics(byte[] request) =>
        Read(request, (resource, scope, metric) => new OtlpMetric(resource, scope, metric.Text(1)));

    public static IEnumerable<OtlpLog> Logs(byte[] request) => Read(request, (resource, scope, log) => new OtlpLog(
        resource, scope, log.Text(3), log.Messages(5).Select(AnyValue).FirstOrDefault(""), log.Hex(9)));

    // All three signals are wrapped alike: request { 1: { 1: resource, 2: { 1: scope { 1: name }, 2: item } } }
    private static IEnumerable<T> Read<T>(byte[] request, Func<OtlpResource, string, Message, T> item) =>
        from ofResource in new Message(ByteString.CopyFrom(request)).Messages(1)
        let attributes = ofResource.Messages(1).Select(resource => Attributes(resource, 1)).First()
        let resource = new OtlpResource(attributes.GetValueOrDefault("service.name", ""), attributes.GetValueOrDefault("service.instance.id", ""))
        from ofScope in ofResource.Messages(2)
        let scope = ofScope.Messages(1).Select(named => named.Text(1)).FirstOrDefault("")
        from message in ofScope.Messages(2)
        select item(resource, scope, message);

    private static Dictionary<string, string> Attributes(Message message, int field) =>
        message.Messages(field).ToDictionary(pair => pair.Text(1), pair => pair.Messages(2).Select(AnyValue).FirstOrDefault(""));

    // string_value is field 1; a test reads no other type but int_value, field 3.
    private static string AnyValue(Message value) => value.Bytes(1).FirstOrDefault()?.ToStringUtf8() ?? $"{value.Numbers(3).FirstOrDefault()}";

    /// <summary>A message's fields by number, without its schema.</summary>
    private sealed class Message
    {
        private readonly List<(int Field, ByteString Value)> _bytes = [];
        private readonly List<(int Field, ulong Value)> _numbers = [];

        public Message(ByteString message)
        {
            var input = message.CreateCodedInput();
            while (input.ReadTag() is var tag and not 0)
            {
                var field = WireFormat.GetTagFieldNumber(tag);
                switch (WireFormat.GetTagWireType(tag))
                {
                    case WireFormat.WireType.LengthDelimited:
                        _bytes.Add((field, input.ReadBytes()));
                        break;
                    case WireFormat.WireType.Varint:
                        _numbers.Add((field, input.ReadUInt64()));
                        break;
                    default:
                        input.SkipLastField();
                        break;
                }
            }
        }

        public IEnumerable<ByteString> Bytes(int field) => _bytes.Where(entry => entry.Field == field).Select(entry => entry.Value);

        public IEnumerable<ulong> Numbers(int field) => _numbers.Where(entry => entry.Field == field).Select(entry => entry.Value);

        public IEnumerable<Message> Messages(int field) => Bytes(field).Select(bytes => new Message(bytes));

        public string Text(int field) => Bytes(field).FirstOrDefault(ByteString.Empty).ToStringUtf8();

        public string Hex(int field) => Convert.ToHexStringLower(Bytes(field).FirstOrDefault(ByteString.Empty).Span);
    }
}
