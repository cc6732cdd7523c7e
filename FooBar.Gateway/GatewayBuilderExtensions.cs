using Microsoft.Extensions.Options;

namespace FooBar.Gateway;

internal static class GatewayBuilderExtensions
{
    public static void AddGatewayOptions(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<GatewayOptions>().BindConfiguration(GatewayOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>();
    }
}
