using System.Net;
using Microsoft.Extensions.Options;

namespace FooBar.ServiceDefaults.Proxies;

/// <summary>Whose X-Forwarded-For, -Proto and -Host are believed, besides loopback: section <c>ForwardedHeaders</c>.</summary>
public sealed class TrustedProxiesOptions
{
    public const string Section = "ForwardedHeaders";

    /// <summary>Networks of the gateways in CIDR notation, for example <c>10.0.0.0/8</c>.</summary>
    public IList<string> TrustedNetworks { get; } = [];
}

internal sealed class TrustedProxiesOptionsValidator : IValidateOptions<TrustedProxiesOptions>
{
    public ValidateOptionsResult Validate(string? name, TrustedProxiesOptions options)
    {
        var failures = options.TrustedNetworks
            .Select((network, index) => (network, index))
            .Where(entry => !IPNetwork.TryParse(entry.network, out _))
            .Select(entry => $"ForwardedHeaders:TrustedNetworks:{entry.index} is '{entry.network}': " +
                "give a network in CIDR notation, for example 10.0.0.0/8.")
            .ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
