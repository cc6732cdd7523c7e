using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace FooBar.AppHost.Publishing.Model;

/// <summary>Takes apart what a resource was given as a value, and notes whom it will have to connect to.</summary>
internal sealed class ValueReader(IResource owner, string variable)
{
    private readonly List<PublishedValue.Part> parts = [];
    private readonly List<(IResource To, int Port)> connections = [];

    public IReadOnlyList<(IResource To, int Port)> Connections => connections;

    public async Task<PublishedValue> ReadAsync(object value, CancellationToken cancellationToken)
    {
        await AddAsync(value, cancellationToken);
        return new PublishedValue([.. parts]);
    }

    private async Task AddAsync(object value, CancellationToken cancellationToken)
    {
        switch (value)
        {
            case string text:
                AddText(text);
                break;
            case ParameterResource { Secret: true } secret:
                parts.Add(new PublishedValue.Secret(secret.Name));
                break;
            case ParameterResource parameter:
                AddText(await ValueOfAsync(parameter, cancellationToken));
                break;
            case ConnectionStringReference reference:
                await AddAsync(reference.Resource.ConnectionStringExpression, cancellationToken);
                break;
            case IResourceWithConnectionString resource:
                await AddAsync(resource.ConnectionStringExpression, cancellationToken);
                break;
            case ReferenceExpression expression:
                await AddAsync(expression, cancellationToken);
                break;
            case EndpointReference endpoint:
                Add(endpoint, EndpointProperty.Url);
                break;
            case EndpointReferenceExpression { Endpoint: var endpoint, Property: var property }:
                Add(endpoint, property);
                break;
            case IResourceBuilder<IResource> { Resource: var built }:
                await AddAsync(built, cancellationToken);
                break;
            case IFormattable number and not IManifestExpressionProvider:
                parts.Add(new PublishedValue.Text(number.ToString(null, CultureInfo.InvariantCulture)));
                break;
            default:
                throw new PublishException(
                    $"The value of {variable} on '{owner.Name}' is a {value.GetType().Name}, which cannot be published: use a text, a parameter, an endpoint or a connection string.");
        }
    }

    // The serializers write these characters so that no reader of YAML gets them back.
    private void AddText(string text)
    {
        if (text.FirstOrDefault(c => c is '\u2028' or '\u2029' || (char.IsControl(c) && c != '\n')) is not '\0' and var lost)
        {
            throw new PublishException(
                $"The value of {variable} on '{owner.Name}' contains the character U+{(int)lost:X4}, which YAML does not keep: "
                    + "use line feeds and spaces, or encode the value.");
        }

        parts.Add(new PublishedValue.Text(text));
    }

    // The format is that of string.Format: {0} stands for a value, a doubled brace for itself.
    private async Task AddAsync(ReferenceExpression expression, CancellationToken cancellationToken)
    {
        var literal = new System.Text.StringBuilder();
        for (var i = 0; i < expression.Format.Length; i++)
        {
            var c = expression.Format[i];
            if (c is not ('{' or '}') || (i + 1 < expression.Format.Length && expression.Format[i + 1] == c))
            {
                literal.Append(c);
                i += c is '{' or '}' ? 1 : 0;
                continue;
            }

            var end = expression.Format.IndexOf('}', i);
            AddText(literal.ToString());
            literal.Clear();
            await AddAsync(expression.ValueProviders[int.Parse(expression.Format.AsSpan(i + 1, end - i - 1), CultureInfo.InvariantCulture)], cancellationToken);
            i = end;
        }

        AddText(literal.ToString());
    }

    private void Add(EndpointReference endpoint, EndpointProperty property)
    {
        var annotation = endpoint.Resource.Annotations.OfType<EndpointAnnotation>()
            .FirstOrDefault(candidate => string.Equals(candidate.Name, endpoint.EndpointName, StringComparison.OrdinalIgnoreCase))
            ?? throw new PublishException(
                $"{variable} on '{owner.Name}' refers to the endpoint '{endpoint.EndpointName}' of '{endpoint.Resource.Name}', which has none of that name: name one that it has.");
        var port = ContainerPort.Of(annotation);
        var number = port.ToString(CultureInfo.InvariantCulture);
        var host = new PublishedValue.Host(endpoint.Resource);
        if (endpoint.Resource != owner)
        {
            connections.Add((endpoint.Resource, port));
        }

        parts.AddRange(property switch
        {
            EndpointProperty.Host or EndpointProperty.IPV4Host => [host],
            EndpointProperty.Port or EndpointProperty.TargetPort => [new PublishedValue.Text(number)],
            EndpointProperty.Scheme => [new PublishedValue.Text(annotation.UriScheme)],
            EndpointProperty.HostAndPort => [host, new PublishedValue.Text($":{number}")],
            EndpointProperty.Url => (PublishedValue.Part[])[new PublishedValue.Text($"{annotation.UriScheme}://"), host, new PublishedValue.Text($":{number}")],
            _ => throw new PublishException($"{variable} on '{owner.Name}' asks for {property} of an endpoint, which cannot be published: use its host, port or URL."),
        });
    }

    private static async Task<string> ValueOfAsync(ParameterResource parameter, CancellationToken cancellationToken)
    {
        try
        {
            return await parameter.GetValueAsync(cancellationToken) ?? "";
        }
        catch (MissingParameterValueException e)
        {
            throw new PublishException($"The parameter '{parameter.Name}' has no value: give it with --Parameters:{parameter.Name}=VALUE, or make it a secret.", e);
        }
    }
}
