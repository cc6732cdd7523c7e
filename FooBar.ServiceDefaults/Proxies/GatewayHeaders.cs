namespace FooBar.ServiceDefaults.Proxies;

/// <summary>What a gateway tells a service about a request. Clients' own are removed.</summary>
public static class GatewayHeaders
{
    /// <summary>Another replica has been asked the same before and did not answer; it may have carried it out.</summary>
    public const string AskedAgain = "X-Asked-Again";
}
