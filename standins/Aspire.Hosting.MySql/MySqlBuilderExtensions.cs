using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using MySqlConnector;

namespace Aspire.Hosting;

public static class MySqlBuilderExtensions
{
    /// <summary>Adds a MySQL server in a container; without a password one is generated and kept in user secrets.</summary>
    public static IResourceBuilder<MySqlServerResource> AddMySql(this IDistributedApplicationBuilder builder, string name,
        IResourceBuilder<ParameterResource>? password = null, int? port = null)
    {
        var secret = password?.Resource ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password");
        return builder.AddResource(new MySqlServerResource(name, secret))
            .WithEndpoint(port: port, targetPort: 3306, name: "tcp")
            .WithImage("library/mysql", "9.7")
            .WithImageRegistry("docker.io")
            .WithEnvironment(context => context.EnvironmentVariables["MYSQL_ROOT_PASSWORD"] = ((MySqlServerResource)context.Resource).PasswordParameter)
            .WithLoginCheck()
            .OnResourceReady(CreateDatabasesAsync);
    }

    public static IResourceBuilder<MySqlDatabaseResource> AddDatabase(this IResourceBuilder<MySqlServerResource> builder, string name, string? databaseName = null)
    {
        var database = new MySqlDatabaseResource(name, databaseName ?? name, builder.Resource);
        builder.Resource.AddDatabase(database);
        return builder.ApplicationBuilder.AddResource(database).WithLoginCheck();
    }

    public static IResourceBuilder<MySqlServerResource> WithPassword(this IResourceBuilder<MySqlServerResource> builder, IResourceBuilder<ParameterResource> password)
    {
        builder.Resource.PasswordParameter = password.Resource;
        return builder;
    }

    public static IResourceBuilder<MySqlServerResource> WithDataVolume(this IResourceBuilder<MySqlServerResource> builder, string? name = null, bool isReadOnly = false) =>
        builder.WithVolume(name ?? VolumeNameGenerator.Generate(builder, "data"), "/var/lib/mysql", isReadOnly);

    public static IResourceBuilder<MySqlServerResource> WithDataBindMount(this IResourceBuilder<MySqlServerResource> builder, string source, bool isReadOnly = false) =>
        builder.WithBindMount(source, "/var/lib/mysql", isReadOnly);

    public static IResourceBuilder<MySqlServerResource> WithInitFiles(this IResourceBuilder<MySqlServerResource> builder, string source) =>
        builder.WithContainerFiles("/docker-entrypoint-initdb.d", source);

    private static IResourceBuilder<T> WithLoginCheck<T>(this IResourceBuilder<T> builder) where T : IResourceWithConnectionString
    {
        var key = $"{builder.Resource.Name}_check";
        builder.ApplicationBuilder.Services.AddHealthChecks().AddAsyncCheck(key, cancellationToken => LoginAsync(builder.Resource, cancellationToken));
        return builder.WithHealthCheck(key);
    }

    // A connection alone proves nothing: it has to log in and to answer a query.
    private static async Task<HealthCheckResult> LoginAsync(IResourceWithConnectionString resource, CancellationToken cancellationToken)
    {
        try
        {
            await ExecuteAsync(resource, "SELECT 1", cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (MySqlException e)
        {
            return HealthCheckResult.Unhealthy(e.Message);
        }
    }

    private static async Task CreateDatabasesAsync(MySqlServerResource server, ResourceReadyEvent ready, CancellationToken cancellationToken)
    {
        foreach (var database in server.Databases.Values)
        {
            await ExecuteAsync(server, $"CREATE DATABASE IF NOT EXISTS `{database.Replace("`", "``", StringComparison.Ordinal)}`", cancellationToken);
        }
    }

    private static async Task ExecuteAsync(IResourceWithConnectionString resource, string sql, CancellationToken cancellationToken)
    {
        await using var connection = new MySqlConnection(await resource.GetConnectionStringAsync(cancellationToken));
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
