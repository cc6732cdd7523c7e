namespace Aspire.MySqlConnector;

/// <summary>Bound from Aspire:MySqlConnector and Aspire:MySqlConnector:{name}; the connection string from ConnectionStrings:{name}.</summary>
public sealed class MySqlConnectorSettings
{
    public string? ConnectionString { get; set; }

    public bool DisableHealthChecks { get; set; }

    /// <summary>Whether the source "MySqlConnector" is left out of OpenTelemetry's traces.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>Whether the meter "MySqlConnector" is left out of OpenTelemetry's metrics.</summary>
    public bool DisableMetrics { get; set; }
}
