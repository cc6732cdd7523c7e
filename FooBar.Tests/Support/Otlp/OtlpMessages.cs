namespace FooBar.Tests.Support.Otlp;

internal sealed record OtlpResource(string Service, string Instance);

internal sealed record OtlpSpan(OtlpResource Resource, string Source, string TraceId, string SpanId, string ParentId, string Name, IReadOnlyDictionary<string, string> Attributes);

internal sealed record OtlpMetric(OtlpResource Resource, string Meter, string Name);

internal sealed record OtlpLog(OtlpResource Resource, string Category, string Severity, string Body, string TraceId);

/// <summary>Field numbers are those of opentelemetry-proto 1.x: trace, metrics, logs, common, resource.</summary>
internal static class OtlpMessages
{
    public static IEnumerable<OtlpSpan> Spans(ReadOnlyMemory<byte> request) => Read(request, (resource, scope, span) => new OtlpSpan(
        resource, scope, Hex(span, 1), Hex(span, 2), Hex(span, 4), Text(span, 5), Attributes(span, 9)));

    public static IEnumerable<OtlpMetric> Metrics(ReadOnlyMemory<byte> request) =>
        Read(request, (resource, scope, metric) => new OtlpMetric(resource, scope, Text(metric, 1)));

    public static IEnumerable<OtlpLog> Logs(ReadOnlyMemory<byte> request) => Read(request, (resource, scope, log) => new OtlpLog(
        resource, scope, Text(log, 3), ProtobufReader.At(log, 5).Select(AnyValue).FirstOrDefault(""), Hex(log, 9)));

    // All three signals are wrapped alike: request { 1: { 1: resource, 2: { 1: scope { 1: name }, 2: item } } }
    private static IEnumerable<T> Read<T>(ReadOnlyMemory<byte> request, Func<OtlpResource, string, ReadOnlyMemory<byte>, T> item) =>
        from ofResource in ProtobufReader.At(request, 1)
        let attributes = ProtobufReader.At(ofResource, 1).Select(resource => Attributes(resource, 1)).First()
        let resource = new OtlpResource(attributes.GetValueOrDefault("service.name", ""), attributes.GetValueOrDefault("service.instance.id", ""))
        from ofScope in ProtobufReader.At(ofResource, 2)
        let scope = ProtobufReader.At(ofScope, 1).Select(named => Text(named, 1)).FirstOrDefault("")
        from message in ProtobufReader.At(ofScope, 2)
        select item(resource, scope, message);

    private static Dictionary<string, string> Attributes(ReadOnlyMemory<byte> message, int field) => ProtobufReader.At(message, field)
        .ToDictionary(pair => Text(pair, 1), pair => ProtobufReader.At(pair, 2).Select(AnyValue).FirstOrDefault(""));

    private static string AnyValue(ReadOnlyMemory<byte> value) => ProtobufReader.Fields(value)
        .Select(field => field.Number == 1 ? field.Text : $"{field.Value}")
        .FirstOrDefault("");

    private static string Text(ReadOnlyMemory<byte> message, int field) => Field(message, field).Text;

    private static string Hex(ReadOnlyMemory<byte> message, int field) => Field(message, field).Hex;

    private static ProtobufField Field(ReadOnlyMemory<byte> message, int number) =>
        ProtobufReader.Fields(message).FirstOrDefault(field => field.Number == number);
}
