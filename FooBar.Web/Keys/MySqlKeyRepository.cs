using System.Xml.Linq;
using FooBar.Data.Routing;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace FooBar.Web.Keys;

/// <summary>
/// The keys that protect cookies and forms, in the database: what one replica of the site has issued, every other accepts.
/// </summary>
/// <remarks>The interface is synchronous; it is called rarely, and every call below has its time limit.</remarks>
internal sealed class MySqlKeyRepository(Database database, TimeProvider clock) : IXmlRepository
{
    /// <summary>In a process's first two minutes each cookie of an unknown key makes data protection ask again, a forged one too.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(2);

    private KeptKeys? latest;

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        if (latest is { } kept && clock.GetElapsedTime(kept.ReadAt) < KeptFor)
        {
            return kept.Keys;
        }

        var keys = Wait(ReadAsync);
        latest = keys.Count > 0 ? new KeptKeys(keys, clock.GetTimestamp()) : null;
        return keys;
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        Wait(async () => await database.WriteAsync(session => InsertAsync(session, element, friendlyName), CancellationToken.None));
        latest = null;
    }

    private async Task<IReadOnlyCollection<XElement>> ReadAsync()
    {
        // The primary, so that a key is seen the moment it is made; while there is none, no key can be made either.
        var copy = database.Topology.Primary is null ? ReadFrom.Replica : ReadFrom.Primary;
        await using var session = await database.OpenAsync(copy, CancellationToken.None);
        return await session.QueryAsync(
            $"SELECT xml FROM data_protection_keys ORDER BY created_at", row => XElement.Parse(row.GetString(0)), CancellationToken.None);
    }

    private Task<int> InsertAsync(WriteSession session, XElement element, string friendlyName) => session.ExecuteAsync(
        $"""
        INSERT INTO data_protection_keys (name, xml, created_at)
        VALUES ({friendlyName}, {element.ToString(SaveOptions.DisableFormatting)}, {clock.GetUtcNow().UtcDateTime})
        ON DUPLICATE KEY UPDATE name = name
        """, CancellationToken.None);

    private sealed record KeptKeys(IReadOnlyCollection<XElement> Keys, long ReadAt);

    private static T Wait<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();
}
