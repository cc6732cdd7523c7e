using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace FooBar.Web.Keys;

internal static class KeysBuilderExtensions
{
    /// <summary>Call it after AddRazorPages, which adds data protection with its defaults.</summary>
    public static void AddSharedKeys(this IHostApplicationBuilder builder)
    {
        builder.Services.AddDataProtection().SetApplicationName("FooBar");
        builder.Services.AddSingleton<MySqlKeyRepository>();
        builder.Services.AddOptions<KeyManagementOptions>()
            .Configure<MySqlKeyRepository>((keys, repository) => keys.XmlRepository = repository);

        // The framework would load the keys before the host has started, when their table may not be there yet.
        foreach (var early in builder.Services.Where(IsEarlyLoad).ToList())
        {
            builder.Services.Remove(early);
        }

        builder.Services.AddHostedService<FirstKey>();
    }

    private static bool IsEarlyLoad(ServiceDescriptor service) =>
        service.ServiceType == typeof(IHostedService)
        && service.ImplementationType?.Assembly == typeof(KeyManagementOptions).Assembly;
}
