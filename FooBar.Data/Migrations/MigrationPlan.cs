namespace FooBar.Data.Migrations;

/// <summary>Decides which migrations are still to be applied. Pure.</summary>
internal static class MigrationPlan
{
    /// <exception cref="MigrationException">Program and database contradict each other.</exception>
    public static IReadOnlyList<Migration> Pending(IReadOnlyList<Migration> known, IReadOnlyList<AppliedMigration> applied)
    {
        foreach (var done in applied)
        {
            if (known.FirstOrDefault(migration => migration.Number == done.Number) is not { } migration)
            {
                throw new MigrationException(
                    $"The database has migration '{done.Name}', which this program does not know; start the newer program that made it.");
            }

            if (migration.Checksum != done.Checksum)
            {
                throw new MigrationException(
                    $"Migration '{migration.Name}' has changed since it was applied; restore its text, and put the change into a new migration.");
            }
        }

        var last = applied.Select(done => done.Number).DefaultIfEmpty(0).Max();
        var pending = known.Where(migration => applied.All(done => done.Number != migration.Number)).ToList();
        return pending.FirstOrDefault(migration => migration.Number < last) is { } missing
            ? throw new MigrationException(
                $"Migration '{missing.Name}' was never applied, but number {last} was; give it a number after the last.")
            : pending;
    }
}
