using System.Net;
using FooBar.Gateway.Listening;
using FooBar.Gateway.Routing;
using Microsoft.Extensions.Options;

namespace FooBar.Gateway;

/// <summary>Names every mistake at once, each with its key and its remedy.</summary>
internal sealed class GatewayOptionsValidator(IConfiguration configuration) : IValidateOptions<GatewayOptions>
{
    private static readonly TimeSpan ShortestDnsTime = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan LongestDnsTime = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var failures = new List<string>();
        ValidatePorts(options, failures);
        ValidateDiscovery(options, failures);
        ValidateCertificate(options.Certificate, failures);

        failures.AddRange(
            from address in new[] { (nameof(options.Address), options.Address), (nameof(options.ManagementAddress), options.ManagementAddress) }
            where !ListenAddress.TryParse(address.Item2, out _)
            select $"Gateway:{address.Item1} is '{address.Item2}': give localhost, any, or an IP address.");

        if (options.SilenceLimit <= TimeSpan.Zero)
        {
            failures.Add($"Gateway:SilenceLimit is {options.SilenceLimit}: give a time above zero, for example 00:00:30.");
        }

        if (string.IsNullOrWhiteSpace(options.Application))
        {
            failures.Add("Gateway:Application is empty: give the name of the application to forward to, for example web.");
        }
        else
        {
            failures.AddRange(Replicas.Discover(configuration, options.Application).Mistakes);
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void ValidatePorts(GatewayOptions options, List<string> failures)
    {
        (string Key, int Port)[] ports =
        [
            (nameof(options.HttpPort), options.HttpPort),
            (nameof(options.HttpsPort), options.HttpsPort),
            (nameof(options.ManagementPort), options.ManagementPort),
        ];

        failures.AddRange(
            from port in ports
            where port.Port is < 1 or > IPEndPoint.MaxPort
            select $"Gateway:{port.Key} is {port.Port}: give a port from 1 to {IPEndPoint.MaxPort}.");

        failures.AddRange(
            from port in ports
            group port.Key by port.Port into keys
            where keys.Count() > 1
            select $"Gateway:{string.Join(" and Gateway:", keys)} are both {keys.Key}: give each a port of its own.");
    }

    private static void ValidateDiscovery(GatewayOptions options, List<string> failures)
    {
        if (!Enum.IsDefined(options.Discovery))
        {
            failures.Add($"Gateway:Discovery is '{options.Discovery}': give Configuration or Dns.");
        }

        (string Key, TimeSpan Time)[] times =
        [
            (nameof(options.Dns.RefreshPeriod), options.Dns.RefreshPeriod),
            (nameof(options.Dns.TimeLimit), options.Dns.TimeLimit),
        ];

        failures.AddRange(
            from time in times
            where time.Time < ShortestDnsTime || time.Time > LongestDnsTime
            select $"Gateway:Dns:{time.Key} is {time.Time}: give a time from {ShortestDnsTime:c} to " +
                $"{LongestDnsTime:c}, for example 00:00:01.");
    }

    private static void ValidateCertificate(CertificateOptions certificate, List<string> failures)
    {
        if (certificate.Path is null && (certificate.KeyPath is not null || certificate.Password is not null))
        {
            failures.Add("Gateway:Certificate has a KeyPath or a Password but no Path: give the path of the certificate too.");
        }

        failures.AddRange(
            from file in new[] { ("Path", certificate.Path), ("KeyPath", certificate.KeyPath) }
            where file.Item2 is not null && !File.Exists(file.Item2)
            select $"Gateway:Certificate:{file.Item1} is '{file.Item2}', where no file is: correct the path, or remove it to use " +
                "a development certificate.");
    }
}
