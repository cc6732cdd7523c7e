using FooBar.Data.Routing;

namespace FooBar.Data.Migrations;

/// <summary>The program's migrations, and the nodes as seen by the account that may apply them.</summary>
internal sealed record MigrationSource(IReadOnlyList<Migration> Known, DatabaseNodes Nodes);
