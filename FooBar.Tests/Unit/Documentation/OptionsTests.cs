using System.Globalization;
using System.Reflection;
using FooBar.AppHost;
using FooBar.Data;
using FooBar.Failover;
using FooBar.Failover.Kubernetes;
using FooBar.Gateway;
using FooBar.ServiceDefaults.Proxies;
using FooBar.ServiceDefaults.Shutdown;
using FooBar.Tests.Support.Publishing;
using Microsoft.Extensions.Configuration;

namespace FooBar.Tests.Unit.Documentation;

/// <summary>docs/options.md, the table of docs/data.md and the services' appsettings.json name every option with its default.</summary>
public sealed class OptionsTests
{
    private static readonly (string Section, object Defaults)[] _all =
    [
        ("FooBar:", new AppHostSettings()),
        ($"{ShutdownOptions.Section}:", new ShutdownOptions()),
        ($"{TrustedProxiesOptions.Section}:", new TrustedProxiesOptions()),
        ($"{GatewayOptions.Section}:", new GatewayOptions()),
        ($"{GatewayOptions.Section}:Dns:", new DnsOptions()),
        ($"{GatewayOptions.Section}:Certificate:", new CertificateOptions()),
        ($"{FailoverOptions.Section}:", new FailoverOptions()),
        ($"{FailoverOptions.Section}:Kubernetes:", new KubernetesOptions()),
    ];

    private static readonly Dictionary<string, (string Section, object Defaults)[]> _ofServices = new()
    {
        ["FooBar.Web"] =
        [
            (ShutdownOptions.Section, new ShutdownOptions()), (TrustedProxiesOptions.Section, new TrustedProxiesOptions()), (DataOptions.Section, new DataOptions()),
        ],
        ["FooBar.Gateway"] = [(ShutdownOptions.Section, new ShutdownOptions()), (GatewayOptions.Section, new GatewayOptions())],
        ["FooBar.Failover"] = [(ShutdownOptions.Section, new ShutdownOptions()), (FailoverOptions.Section, new FailoverOptions())],
    };

    [Theory]
    [InlineData("FooBar.Web")]
    [InlineData("FooBar.Gateway")]
    [InlineData("FooBar.Failover")]
    public void AppSettings_OfEachService_HaveEveryOptionAtItsDefault(string service)
    {
        var settings = new ConfigurationBuilder().AddJsonFile(Path.Combine(Checkout.Root, service, "appsettings.json")).Build();

        Assert.Equal(
            _ofServices[service].Select(options => options.Section).Append("Logging").Order(),
            settings.GetChildren().Select(section => section.Key).Order());
        Assert.All(_ofServices[service], options => AssertDefaults(settings.GetSection(options.Section), options.Defaults));
    }

    [Fact]
    public void Options_EachOne_IsDocumentedWithItsDefault()
    {
        var rows = Rows("options.md");

        Assert.All(_all.SelectMany(options => Documented(options.Section, options.Defaults)), option =>
            Assert.Contains(rows, row => row.StartsWith($"| `{option.Section}", StringComparison.Ordinal)
                && (row.Contains($"`{option.Section}{option.Name}", StringComparison.Ordinal) || row.Contains($"`{option.Name}`", StringComparison.Ordinal))
                && row.Contains(option.Default, StringComparison.Ordinal)));
    }

    [Fact]
    public void DataOptions_EachOne_IsDocumentedWithItsDefault()
    {
        var rows = Rows("data.md");

        Assert.All(Documented("", new DataOptions()), option => Assert.Contains(rows, row =>
            row.StartsWith($"| `{option.Name}` | {option.Default} |", StringComparison.Ordinal)));
    }

    private static void AssertDefaults(IConfigurationSection section, object defaults)
    {
        var properties = defaults.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance);
        Assert.Empty(section.GetChildren().Select(child => child.Key).Except(properties.Select(property => property.Name)));
        foreach (var property in properties.Where(property => property.CanWrite || property.PropertyType.IsClass))
        {
            switch (property.GetValue(defaults))
            {
                // An option without a default is left out: an empty name, path or password in the file would look like a value.
                case null or "" or IEnumerable<string>:
                    Assert.True(string.IsNullOrEmpty(section[property.Name]), $"{section.Path}:{property.Name} has a value.");
                    break;
                case var nested when property.PropertyType.IsClass && nested is not string:
                    AssertDefaults(section.GetSection(property.Name), nested!);
                    break;
                case var value:
                    Assert.Equal(value, section.GetValue(property.PropertyType, property.Name));
                    break;
            }
        }
    }

    private static string[] Rows(string page) => [.. File.ReadLines(Path.Combine(Checkout.Root, "docs", page)).Where(line => line.StartsWith('|'))];

    // Sections within a section are documented by their own keys.
    private static IEnumerable<(string Section, string Name, string Default)> Documented(string section, object defaults) => defaults.GetType()
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.CanWrite || property.PropertyType.Name.StartsWith("IList", StringComparison.Ordinal) || property.PropertyType == typeof(FailoverOptions.Account))
        .Where(property => property.PropertyType.Namespace?.StartsWith("FooBar", StringComparison.Ordinal) != true || property.PropertyType.IsEnum || property.PropertyType == typeof(FailoverOptions.Account))
        .Select(property => (section, property.Name, Text(property.GetValue(defaults))));

    private static string Text(object? value) => value switch
    {
        TimeSpan { TotalSeconds: < 60 } time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s"),
        TimeSpan { TotalMinutes: < 60 } time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.#} min"),
        TimeSpan time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.#} h"),
        int or Enum => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        _ => "",
    };
}
