using FooBar.Data.Migrations;

namespace FooBar.Tests.Unit.Data;

public sealed class MigrationPlanTests
{
    private static readonly Migration
        One = new(1, "0001_one", "CREATE TABLE one (id INT)"), Two = new(2, "0002_two", "CREATE TABLE two (id INT)"), Three = new(3, "0003_three", "SELECT 1");

    [Fact]
    public void Pending_EmptyDatabase_IsEverythingInOrder() => Assert.Equal([One, Two], MigrationPlan.Pending([One, Two], []));

    [Fact]
    public void Pending_SomeApplied_IsTheRest() => Assert.Equal([Three], MigrationPlan.Pending([One, Two, Three], [Applied(One), Applied(Two)]));

    [Fact]
    public void Pending_AllApplied_IsEmpty() => Assert.Empty(MigrationPlan.Pending([One], [Applied(One)]));

    [Fact]
    public void Pending_TextHasChanged_IsAnError() => Assert.Contains(
        "'0001_one' has changed since it was applied", Mistake([One with { Sql = "CREATE TABLE one (id BIGINT)" }], [Applied(One)]), StringComparison.Ordinal);

    [Fact]
    public void Pending_OnlyLineEndsHaveChanged_IsNoError()
    {
        var unix = new Migration(1, "0001_lines", "SELECT\n1\n");
        var windows = new Migration(1, "0001_lines", "SELECT\r\n1\r\n");

        Assert.Empty(MigrationPlan.Pending([windows], [Applied(unix)]));
    }

    [Fact]
    public void Pending_DatabaseIsNewerThanTheProgram_IsAnError() =>
        Assert.Contains("'0002_two', which this program does not know", Mistake([One], [Applied(One), Applied(Two)]), StringComparison.Ordinal);

    [Fact]
    public void Pending_NumberWasSkipped_IsAnError() =>
        Assert.Contains("'0002_two' was never applied, but number 3 was", Mistake([One, Two, Three], [Applied(One), Applied(Three)]), StringComparison.Ordinal);

    private static string Mistake(Migration[] known, AppliedMigration[] applied) =>
        Assert.Throws<MigrationException>(() => MigrationPlan.Pending(known, applied)).Message;

    private static AppliedMigration Applied(Migration migration) => new(migration.Number, migration.Name, migration.Checksum);
}
