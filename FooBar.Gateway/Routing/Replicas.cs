using System.Globalization;

namespace FooBar.Gateway.Routing;

/// <summary>One server of the application.</summary>
internal sealed record Replica(string Name, Uri Address);

/// <summary>
/// The application's replicas, as service discovery names them in the configuration: <c>services:web-1:http:0</c> is the
/// address of <c>web-1</c>. A name with several addresses (index 1 and on) stands for as many replicas.
/// </summary>
internal sealed record Replicas(IReadOnlyList<Replica> Found, IReadOnlyList<string> Mistakes)
{
    public static Replicas Discover(IConfiguration configuration, string application)
    {
        var found = new List<Replica>();
        var mistakes = new List<string>();
        foreach (var service in configuration.GetSection("services").GetChildren().Where(service => IsReplica(service.Key, application)))
        {
            foreach (var entry in service.GetSection("http").GetChildren())
            {
                if (Uri.TryCreate(entry.Value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
                {
                    found.Add(new Replica(entry.Key == "0" ? service.Key : $"{service.Key}:{entry.Key}", address));
                }
                else
                {
                    mistakes.Add($"{entry.Path} is '{entry.Value}': give an address like http://localhost:5101.");
                }
            }
        }

        if (found.Count == 0 && mistakes.Count == 0)
        {
            mistakes.Add($"no replica of '{application}' is known: start the gateway from FooBar.AppHost, or set " +
                $"services__{application}-1__http__0 to an address like http://localhost:5101.");
        }

        return new Replicas(found, mistakes);
    }

    private static bool IsReplica(string service, string application) =>
        service.StartsWith(application, StringComparison.OrdinalIgnoreCase)
        && (service.Length == application.Length
            || (service[application.Length] == '-'
                && int.TryParse(service.AsSpan(application.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _)));
}
