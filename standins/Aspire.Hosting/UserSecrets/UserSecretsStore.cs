using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using Aspire.Hosting.Run;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.UserSecrets;

namespace Aspire.Hosting.UserSecrets;

/// <summary>
/// Keeps generated values where <c>dotnet user-secrets</c> keeps its own, in its format. Several AppHosts may start at once:
/// the first one's value is everybody's value.
/// </summary>
internal sealed class UserSecretsStore
{
    private static readonly ConcurrentDictionary<string, UserSecretsStore> Stores = [];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly Dictionary<string, string> _withoutFile = [];
    private readonly string? _path;

    private UserSecretsStore(string id) => _path = id.Length == 0 ? null : PathHelper.GetSecretsPathFromSecretsId(id);

    /// <summary>The store of an AppHost; without a UserSecretsId it lasts as long as the process.</summary>
    public static UserSecretsStore Of(Assembly? appHost) =>
        Stores.GetOrAdd(appHost?.GetCustomAttribute<UserSecretsIdAttribute>()?.UserSecretsId ?? "", id => new UserSecretsStore(id));

    public string GetOrAdd(string key, Func<string> generate)
    {
        lock (_withoutFile)
        {
            if (_path is null)
            {
                return _withoutFile.TryGetValue(key, out var kept) ? kept : _withoutFile[key] = generate();
            }

            using var alone = FileLock.AcquireAsync(_path + ".lock", TimeSpan.FromSeconds(10), CancellationToken.None).GetAwaiter().GetResult();
            var secrets = Read(_path);
            if (!secrets.TryGetValue(key, out var value))
            {
                secrets[key] = value = generate();
                Write(_path, secrets);
            }

            return value;
        }
    }

    private static SortedDictionary<string, string> Read(string path) => new(new ConfigurationBuilder()
        .AddJsonFile(path, optional: true).Build().AsEnumerable().Where(p => p.Value is not null).ToDictionary(p => p.Key, p => p.Value!));

    // A reader sees the former file or the new one, never half of one.
    private static void Write(string path, SortedDictionary<string, string> secrets)
    {
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(temporary, options))
        {
            JsonSerializer.Serialize(file, secrets, Indented);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
