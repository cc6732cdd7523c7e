using System.Globalization;

namespace Aspire.Hosting.ApplicationModel;

public enum EndpointProperty { Url, Host, IPV4Host, Port, Scheme, TargetPort, HostAndPort, TlsEnabled }

/// <summary>A reference to an endpoint of a resource, resolved when the endpoint is allocated.</summary>
public sealed class EndpointReference : IManifestExpressionProvider, IValueProvider, IValueWithReferences
{
    private EndpointAnnotation? _annotation;

    public EndpointReference(IResourceWithEndpoints owner, EndpointAnnotation endpoint, NetworkIdentifier? contextNetworkId)
        : this(owner, endpoint.Name, contextNetworkId) => _annotation = endpoint;

    public EndpointReference(IResourceWithEndpoints owner, EndpointAnnotation endpoint) : this(owner, endpoint, null)
    {
    }

    public EndpointReference(IResourceWithEndpoints owner, string endpointName, NetworkIdentifier? contextNetworkId = null)
    {
        Resource = owner;
        EndpointName = endpointName;
        ContextNetworkID = contextNetworkId;
    }

    public EndpointReference(IResourceWithEndpoints owner, string endpointName) : this(owner, endpointName, null)
    {
    }

    public IResourceWithEndpoints Resource { get; }
    public string EndpointName { get; }
    public NetworkIdentifier? ContextNetworkID { get; }
    public string? ErrorMessage { get; init; }

    public EndpointAnnotation EndpointAnnotation => Annotation ?? throw new InvalidOperationException(
        ErrorMessage ?? $"The endpoint `{EndpointName}` is not defined for the resource `{Resource.Name}`.");

    public bool Exists => Annotation is not null;

    public bool IsAllocated => Allocated is not null;

    public bool IsHttp => Scheme == "http";

    public bool IsHttps => Scheme == "https";

    public bool TlsEnabled => Exists && EndpointAnnotation.TlsEnabled;

    public int Port => AllocatedOrThrow.Port;

    public int? TargetPort => EndpointAnnotation.TargetPort;

    public string Host => AllocatedOrThrow.Address;

    public string Scheme => EndpointAnnotation.UriScheme;

    public string Url => AllocatedOrThrow.UriString;

    string IManifestExpressionProvider.ValueExpression => Property(EndpointProperty.Url).ValueExpression;

    IEnumerable<object> IValueWithReferences.References => [Resource];

    private EndpointAnnotation? Annotation => _annotation ??= Resource.Annotations.OfType<EndpointAnnotation>()
        .SingleOrDefault(e => string.Equals(e.Name, EndpointName, StringComparison.OrdinalIgnoreCase));

    private AllocatedEndpoint? Allocated => Annotation?.AllAllocatedEndpoints.Find(ContextNetworkID ?? KnownNetworkIdentifiers.LocalhostNetwork);

    private AllocatedEndpoint AllocatedOrThrow => Allocated ?? throw new InvalidOperationException(
        $"The endpoint `{EndpointName}` is not allocated for the resource `{Resource.Name}`.");

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => GetValueAsync(new(), cancellationToken);

    public ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default) =>
        Property(EndpointProperty.Url).GetValueAsync(context, cancellationToken);

    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);
}

public class EndpointReferenceExpression(EndpointReference endpointReference, EndpointProperty property)
    : IManifestExpressionProvider, IValueProvider, IValueWithReferences
{
    public EndpointReference Endpoint { get; } = endpointReference;
    public EndpointProperty Property { get; } = property;

    public string ValueExpression => Property switch
    {
        EndpointProperty.Host or EndpointProperty.IPV4Host => Binding("host"),
        EndpointProperty.HostAndPort => Binding("host") + ":" + Binding("port"),
        EndpointProperty.TargetPort => Binding("targetPort"),
        EndpointProperty.TlsEnabled => Binding("tlsEnabled"),
        _ => Binding(Property.ToString().ToLowerInvariant()),
    };

    IEnumerable<object> IValueWithReferences.References => [Endpoint];

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => GetValueAsync(new(), cancellationToken);

    public async ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default)
    {
        var network = Endpoint.ContextNetworkID ?? context.Network ?? context.Caller?.DefaultNetwork() ?? KnownNetworkIdentifiers.LocalhostNetwork;
        switch (Property)
        {
            case EndpointProperty.Scheme:
                return Endpoint.Scheme;
            case EndpointProperty.TlsEnabled:
                return Endpoint.TlsEnabled ? bool.TrueString : bool.FalseString;
            case EndpointProperty.IPV4Host when network == KnownNetworkIdentifiers.LocalhostNetwork:
                return "127.0.0.1";
            case EndpointProperty.TargetPort when Endpoint.TargetPort is { } targetPort:
                return targetPort.ToString(CultureInfo.InvariantCulture);
        }

        var allocated = await Endpoint.EndpointAnnotation.AllAllocatedEndpoints.GetAllocatedEndpointAsync(network, cancellationToken);
        return Property switch
        {
            EndpointProperty.Host or EndpointProperty.IPV4Host => allocated.Address,
            EndpointProperty.Port => allocated.Port.ToString(CultureInfo.InvariantCulture),
            EndpointProperty.TargetPort => allocated.TargetPortExpression,
            EndpointProperty.HostAndPort => allocated.EndPointString,
            _ => allocated.UriString,
        };
    }

    private string Binding(string property) => $"{{{Endpoint.Resource.Name}.bindings.{Endpoint.EndpointName}.{property}}}";
}
