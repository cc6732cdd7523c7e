using FooBar.AppHost.MySqlCluster;
using Microsoft.Extensions.Configuration;

namespace FooBar.AppHost.Publishing;

/// <summary>How the application is published: the configuration section <c>FooBar:Publish</c>.</summary>
/// <example><c>./publish kubernetes OUT --FooBar:Publish:Registry=registry.example.com/team --FooBar:Publish:Tag=1.4.2</c></example>
public sealed class PublishSettings
{
    public const string Section = "FooBar:Publish";

    /// <summary>The first part of the images' names, and the namespace in Kubernetes.</summary>
    public string Name { get; set; } = "foobar";

    /// <summary>Where images are pushed to and pulled from, without a trailing slash; empty for images that are on the machine already.</summary>
    public string Registry { get; set; } = "";

    /// <summary>The tag of the images; empty for the version that this AppHost was built with.</summary>
    public string Tag { get; set; } = "";

    /// <summary>
    /// What the services' images are built on: an image in a registry, or <c>oci:FOLDER</c> for an OCI image layout; empty for the one
    /// that the projects name.
    /// </summary>
    public string BaseImage { get; set; } = "";

    /// <summary>The folder to write the services' images to, one archive each; empty for the local engine and <see cref="Registry"/>.</summary>
    public string Archives { get; set; } = "";

    /// <summary>The image of MySQL, by digest so that every node runs the same bytes for ever.</summary>
    public string MySqlImage { get; set; } = MySqlImages.Published;

    /// <summary>Where telemetry is sent by OTLP, for instance <c>http://otel-collector.monitoring:4317</c>; empty for nowhere.</summary>
    public string OtlpEndpoint { get; set; } = "";

    public static PublishSettings Read(IConfiguration configuration)
    {
        var settings = configuration.GetSection(Section).Get<PublishSettings>() ?? new PublishSettings();
        if (settings.Tag.Length == 0)
        {
            settings.Tag = typeof(PublishSettings).Assembly.GetName().Version!.ToString(3);
        }

        return settings.Mistake() is { } mistake ? throw new PublishException(mistake) : settings;
    }

    /// <summary>The image of one of our services.</summary>
    public string ImageOf(string service) => $"{(Registry.Length > 0 ? $"{Registry}/" : "")}{Name}/{service}:{Tag}";

    private string? Mistake() =>
        Name.Length is 0 or > 40 || Name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-') || !char.IsAsciiLetterLower(Name[0]) || Name[^1] == '-'
            ? $"{Section}:Name is '{Name}': use up to 40 small letters, digits and '-', beginning with a letter."
        : Tag is "latest" || Tag.Length > 128 || Tag.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_')) || Tag[0] is '.' or '-'
            ? $"{Section}:Tag is '{Tag}': name one version, for instance 1.4.2; 'latest' would mean another one tomorrow."
        : Registry.EndsWith('/') || Registry.Contains("://", StringComparison.Ordinal)
            ? $"{Section}:Registry is '{Registry}': give a host and a path only, for instance registry.example.com/team."
        : MySqlImage.Length == 0
            ? $"{Section}:MySqlImage is empty: name an image of MySQL 9.7, or leave the setting out."
        : OtlpEndpoint.Length > 0 && !Uri.IsWellFormedUriString(OtlpEndpoint, UriKind.Absolute)
            ? $"{Section}:OtlpEndpoint is '{OtlpEndpoint}': give a URL, for instance http://otel-collector.monitoring:4317."
        : null;
}
