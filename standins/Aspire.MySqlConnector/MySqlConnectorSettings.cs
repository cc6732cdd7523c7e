namespace Aspire.MySqlConnector;

/// <summary>Bound from Aspire:MySqlConnector and Aspire:MySqlConnector:{name}; the connection string from ConnectionStrings:{name}.</summary>
public sealed class MySqlConnectorSettings
{
    public string? ConnectionString { get; set; }

    public bool DisableHealthChecks { get; set; }

    /// <summary>Without effect here: OpenTelemetry.Extensions.Hosting is absent, so whoever wants the source "MySqlConnector" adds it.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>Without effect here, for the same reason.</summary>
    public bool DisableMetrics { get; set; }
}
