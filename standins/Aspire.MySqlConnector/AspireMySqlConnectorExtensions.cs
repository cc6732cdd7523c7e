using System.Data.Common;
using Aspire.MySqlConnector;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using MySqlConnector;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Microsoft.Extensions.Hosting;

public static class AspireMySqlConnectorExtensions
{
    private const string Section = "Aspire:MySqlConnector";

    /// <summary>Registers a MySqlDataSource for the connection string of that name, a health check "MySql", traces and metrics.</summary>
    public static void AddMySqlDataSource(this IHostApplicationBuilder builder, string connectionName, Action<MySqlConnectorSettings>? configureSettings = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        var settings = Read(builder, connectionName, configureSettings);
        builder.Services.TryAddSingleton(services => Build(services, connectionName, settings));
        builder.Services.TryAddSingleton<DbDataSource>(services => services.GetRequiredService<MySqlDataSource>());
        builder.Services.TryAddTransient(services => services.GetRequiredService<MySqlDataSource>().CreateConnection());
        builder.Services.TryAddTransient<DbConnection>(services => services.GetRequiredService<MySqlConnection>());
        AddHealthCheck(builder, settings, "MySql", services => services.GetRequiredService<MySqlDataSource>());
        AddTelemetry(builder, settings);
    }

    /// <summary>The same under a service key, with a health check "MySql_{name}".</summary>
    public static void AddKeyedMySqlDataSource(this IHostApplicationBuilder builder, string name, Action<MySqlConnectorSettings>? configureSettings = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var settings = Read(builder, name, configureSettings);
        builder.Services.TryAddKeyedSingleton(name, (services, _) => Build(services, name, settings));
        builder.Services.TryAddKeyedSingleton<DbDataSource>(name, (services, key) => services.GetRequiredKeyedService<MySqlDataSource>(key));
        builder.Services.TryAddKeyedTransient(name, (services, key) => services.GetRequiredKeyedService<MySqlDataSource>(key).CreateConnection());
        builder.Services.TryAddKeyedTransient<DbConnection>(name, (services, key) => services.GetRequiredKeyedService<MySqlConnection>(key));
        AddHealthCheck(builder, settings, $"MySql_{name}", services => services.GetRequiredKeyedService<MySqlDataSource>(name));
        AddTelemetry(builder, settings);
    }

    private static MySqlConnectorSettings Read(IHostApplicationBuilder builder, string name, Action<MySqlConnectorSettings>? configure)
    {
        var settings = new MySqlConnectorSettings();
        builder.Configuration.GetSection(Section).Bind(settings);
        builder.Configuration.GetSection($"{Section}:{name}").Bind(settings);
        settings.ConnectionString = builder.Configuration.GetConnectionString(name) ?? settings.ConnectionString;
        configure?.Invoke(settings);
        return settings;
    }

    // Only when it is asked for, so that a missing connection string is told when there is a log to tell it to.
    private static MySqlDataSource Build(IServiceProvider services, string name, MySqlConnectorSettings settings) =>
        string.IsNullOrWhiteSpace(settings.ConnectionString)
            ? throw new InvalidOperationException(
                $"ConnectionString is missing. It should be provided in 'ConnectionStrings:{name}' or under the 'ConnectionString' key in '{Section}' or '{Section}:{name}' configuration section.")
            : new MySqlDataSourceBuilder(settings.ConnectionString).UseLoggerFactory(services.GetService<ILoggerFactory>()).UseName(name).Build();

    private static void AddHealthCheck(IHostApplicationBuilder builder, MySqlConnectorSettings settings, string name, Func<IServiceProvider, MySqlDataSource> source)
    {
        if (settings.DisableHealthChecks)
        {
            return;
        }

        builder.Services.AddHealthChecks();
        builder.Services.Configure<HealthCheckServiceOptions>(options =>
        {
            if (options.Registrations.All(known => known.Name != name))
            {
                options.Registrations.Add(new HealthCheckRegistration(name, services => new MySqlHealthCheck(source(services)), failureStatus: null, tags: null));
            }
        });
    }

    private static void AddTelemetry(IHostApplicationBuilder builder, MySqlConnectorSettings settings)
    {
        if (!settings.DisableTracing)
        {
            builder.Services.AddOpenTelemetry().WithTracing(traces => traces.AddSource("MySqlConnector"));
        }

        if (!settings.DisableMetrics)
        {
            builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter("MySqlConnector"));
        }
    }
}
