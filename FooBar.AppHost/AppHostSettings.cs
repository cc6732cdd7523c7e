using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting;
using Microsoft.Extensions.Configuration;

namespace FooBar.AppHost;

/// <summary>What may be changed without touching <c>AppHost.cs</c>: the configuration section <c>FooBar</c>.</summary>
/// <example><c>./run --FooBar:HttpPort=9080</c></example>
public sealed class AppHostSettings
{
    /// <summary>The site over HTTP, 1 to 65535.</summary>
    public int HttpPort { get; set; } = 8080;

    /// <summary>The site over HTTPS, 1 to 65535.</summary>
    public int HttpsPort { get; set; } = 8443;

    /// <summary>The management port of gateway-1, 1 to 65534; gateway-2 takes the next one.</summary>
    public int ManagementPort { get; set; } = 8404;

    /// <summary>Whether MySQL's data outlives the application.</summary>
    public bool DataVolumes { get; set; } = true;

    /// <summary>Where the coordinator's journal is kept. It belongs to the data: remove both or neither.</summary>
    public string StateDirectory { get; set; } = "";

    /// <exception cref="DistributedApplicationException">A value is out of range; the message names all of them.</exception>
    public static AppHostSettings From(IDistributedApplicationBuilder builder)
    {
        var settings = builder.Configuration.GetSection("FooBar").Get<AppHostSettings>() ?? new AppHostSettings();
        var wrong = new (string Key, int Port)[] { (nameof(HttpPort), settings.HttpPort), (nameof(HttpsPort), settings.HttpsPort), (nameof(ManagementPort), settings.ManagementPort) }
            .Where(port => port.Port is < 1 or > 65534)
            .Select(port => $"FooBar:{port.Key} is {port.Port}; choose a free port from 1 to 65534, for instance with ./run --FooBar:{port.Key}=9080.")
            .ToList();
        if (wrong.Count > 0)
        {
            throw new DistributedApplicationException(string.Join(Environment.NewLine, wrong));
        }

        if (settings.StateDirectory.Length == 0)
        {
            settings.StateDirectory = DefaultStateDirectory(builder.AppHostDirectory);
        }

        return settings;
    }

    // Outside the checkout, as volumes and generated passwords are, and one for each checkout, as they are.
    private static string DefaultStateDirectory(string appHostDirectory)
    {
        var checkout = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(appHostDirectory)))[..10];
        return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "foobar", checkout);
    }
}
