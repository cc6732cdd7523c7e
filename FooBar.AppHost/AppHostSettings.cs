using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting;
using Microsoft.Extensions.Configuration;

namespace FooBar.AppHost;

/// <summary>What may be changed without touching <c>AppHost.cs</c>: the configuration section <c>FooBar</c>.</summary>
/// <example><c>./run --FooBar:HttpPort=9080</c></example>
public sealed class AppHostSettings
{
    /// <summary>The site over HTTP, 1 to 65534.</summary>
    public int HttpPort { get; set; } = 8080;

    /// <summary>The site over HTTPS, 1 to 65534.</summary>
    public int HttpsPort { get; set; } = 8443;

    /// <summary>The management port of gateway-1, 1 to 65534; gateway-2 takes the next one.</summary>
    public int ManagementPort { get; set; } = 8404;

    /// <summary>Whether MySQL's data outlives the application. If not, <see cref="StateDirectory"/> has to be a new folder.</summary>
    public bool DataVolumes { get; set; } = true;

    /// <summary>Where the coordinator's journal is kept. It belongs to the data: remove both or neither.</summary>
    public string StateDirectory { get; set; } = "";

    /// <summary>What the names of MySQL's data volumes begin with; null for none. Journal and volumes are named from the same value.</summary>
    internal string? VolumePrefix { get; private set; }

    /// <summary>Reads the settings; says on standard error, a line each, what is wrong with them.</summary>
    /// <returns>The settings, or null when something is wrong.</returns>
    public static AppHostSettings? Read(IDistributedApplicationBuilder builder)
    {
        var settings = builder.Configuration.GetSection("FooBar").Get<AppHostSettings>() ?? new AppHostSettings();
        var mistakes = settings.Mistakes().ToList();
        foreach (var mistake in mistakes)
        {
            Console.Error.WriteLine(mistake);
        }

        if (mistakes.Count > 0)
        {
            return null;
        }

        // Outside the checkout, as generated passwords are, and one for each checkout.
        var checkout = $"foobar-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(builder.AppHostDirectory)))[..12]}";
        settings.VolumePrefix = settings.DataVolumes ? checkout : null;
        if (settings.StateDirectory.Length == 0)
        {
            var data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            settings.StateDirectory = Path.Combine(data, checkout);
        }

        return settings;
    }

    internal IEnumerable<string> Mistakes()
    {
        foreach (var (key, port) in new[] { (nameof(HttpPort), HttpPort), (nameof(HttpsPort), HttpsPort), (nameof(ManagementPort), ManagementPort) })
        {
            if (port is < 1 or > 65534)
            {
                yield return $"FooBar:{key} is {port}; choose a free port from 1 to 65534, for instance with ./run --FooBar:{key}=9080.";
            }
        }

        if (!DataVolumes && StateDirectory.Length == 0)
        {
            yield return "FooBar:DataVolumes is false but FooBar:StateDirectory is not set; name a new folder, because a journal that outlives its data stops the coordinator.";
        }
    }
}
