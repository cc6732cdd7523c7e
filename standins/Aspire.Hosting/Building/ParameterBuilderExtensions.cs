using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.UserSecrets;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

public static class ParameterResourceBuilderExtensions
{
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false) =>
        builder.AddResource(CreateParameter(builder, name, secret));

    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, string value,
        bool publishValueAsDefault = false, bool secret = false) => builder.AddParameter(name, () => value, publishValueAsDefault, secret);

    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, Func<string> valueGetter,
        bool publishValueAsDefault = false, bool secret = false) => publishValueAsDefault && secret
            ? throw new ArgumentException("A parameter cannot be both secret and published as a default value.", nameof(secret))
            : builder.AddResource(new ParameterResource(name, _ => valueGetter(), secret));

    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, ParameterDefault value,
        bool secret = false, bool persist = false) => builder.AddResource(Create(builder, name, secret, value, persist));

    /// <summary>A generated password that is kept in user secrets. The caller adds the resource or uses it as it is.</summary>
    public static ParameterResource CreateDefaultPasswordParameter(IDistributedApplicationBuilder builder, string name, bool lower = true, bool upper = true,
        bool numeric = true, bool special = true, int minLower = 0, int minUpper = 0, int minNumeric = 0, int minSpecial = 0) =>
        CreateGeneratedParameter(builder, name, secret: true, new GenerateParameterDefault
        {
            MinLength = 22,
            Lower = lower,
            Upper = upper,
            Numeric = numeric,
            Special = special,
            MinLower = minLower,
            MinUpper = minUpper,
            MinNumeric = minNumeric,
            MinSpecial = minSpecial,
        });

    public static ParameterResource CreateGeneratedParameter(IDistributedApplicationBuilder builder, string name, bool secret, GenerateParameterDefault parameterDefault) =>
        Create(builder, name, secret, parameterDefault, persist: true);

    public static ParameterResource CreateParameter(IDistributedApplicationBuilder builder, string name, bool secret) =>
        Create(builder, name, secret, null, persist: false);

    private static ParameterResource Create(IDistributedApplicationBuilder builder, string name, bool secret, ParameterDefault? value, bool persist) =>
        new(name, @default => Configured(builder.Configuration, name) ?? Default(builder, name, @default, persist) ?? throw new MissingParameterValueException(
            $"Parameter '{name}' has no value: set the environment variable Parameters__{name.Replace('-', '_')}, "
            + $"or run: dotnet user-secrets --project {builder.AppHostDirectory} set Parameters:{name} VALUE"), secret)
        {
            Default = value,
        };

    // Shells allow no hyphen in a variable's name, so Parameters__my_name serves the parameter my-name too.
    private static string? Configured(ConfigurationManager configuration, string name) =>
        configuration[$"Parameters:{name}"] ?? configuration[$"Parameters:{name.Replace('-', '_')}"];

    private static string? Default(IDistributedApplicationBuilder builder, string name, ParameterDefault? value, bool persist) => value is null ? null
        : persist && builder.ExecutionContext.IsRunMode ? UserSecretsStore.Of(builder.AppHostAssembly).GetOrAdd($"Parameters:{name}", value.GetDefaultValue)
        : value.GetDefaultValue();
}
