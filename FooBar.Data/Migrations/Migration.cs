using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace FooBar.Data.Migrations;

/// <summary>One numbered change of the schema, <c>0001_create_posts.sql</c>.</summary>
/// <remarks>
/// MySQL commits with every DDL statement, so that a file cannot be undone half-way, and a process may die between the
/// change and the note that it was made. Therefore a file holds one statement, or several that may all be repeated
/// (<c>CREATE TABLE IF NOT EXISTS</c>).
/// </remarks>
internal sealed partial record Migration(int Number, string Name, string Sql)
{
    /// <summary>Resources with this prefix are migrations: <c>LogicalName="migrations/%(Filename)%(Extension)"</c>.</summary>
    private const string Prefix = "migrations/";

    /// <summary>Identifies the text; how a checkout writes line ends makes no difference.</summary>
    public string Checksum => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>The migrations that an assembly carries as resources, in order.</summary>
    public static IReadOnlyList<Migration> In(Assembly assembly)
    {
        var migrations = assembly.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(resource => Read(assembly, resource))
            .OrderBy(migration => migration.Number)
            .ToList();
        for (var i = 0; i < migrations.Count; i++)
        {
            if (migrations[i].Number != i + 1)
            {
                throw new MigrationException(
                    $"The migrations of {assembly.GetName().Name} must be numbered 1, 2, 3, ...; '{migrations[i].Name}' is not number {i + 1}.");
            }
        }

        return migrations;
    }

    private static Migration Read(Assembly assembly, string resource)
    {
        var file = FileName().Match(resource[Prefix.Length..]);
        if (!file.Success)
        {
            throw new MigrationException($"'{resource}' is no migration: name it like 0001_create_posts.sql.");
        }

        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return new(int.Parse(file.Groups["number"].ValueSpan, CultureInfo.InvariantCulture), file.Groups["name"].Value, reader.ReadToEnd());
    }

    [GeneratedRegex(@"\A(?<name>(?<number>[0-9]{4})_[a-z0-9_]+)\.sql\z")]
    private static partial Regex FileName();
}

/// <summary>A migration as the database remembers it.</summary>
internal sealed record AppliedMigration(int Number, string Name, string Checksum);

/// <summary>The migrations of the program and those of the database contradict each other: somebody has to look.</summary>
public sealed class MigrationException(string message) : Exception(message);
