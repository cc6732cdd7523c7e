using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FooBar.ServiceDefaults.Startup;

public static class StartupErrors
{
    /// <summary>
    /// Makes what an operator can correct (wrong options, a taken port) one line each on standard error and exit code 1, instead
    /// of a stack trace. Wrong options are reported here, all at once: Host.StartAsync validates too late for that, after it has
    /// made the services that read them. The host's own report is off in appsettings.json (Microsoft.Extensions.Hosting.Internal.Host).
    /// </summary>
    public static WebApplication UseStartupErrors(this WebApplication app)
    {
        AppDomain.CurrentDomain.UnhandledException += (_, unhandled) =>
        {
            var lines = Explain((Exception)unhandled.ExceptionObject);
            foreach (var line in lines)
            {
                Console.Error.WriteLine($"Cannot start: {line}");
            }

            if (lines.Count > 0)
            {
                Environment.Exit(1);
            }
        };
        app.Services.GetService<IStartupValidator>()?.Validate();
        return app;
    }

    internal static IReadOnlyList<string> Explain(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case OptionsValidationException options:
                    return [.. options.Failures];
                case StartupException startup:
                    return [startup.Message];

                // Kestrel's sentence names the address.
                case IOException { InnerException: AddressInUseException } taken:
                    return [$"{taken.Message.TrimEnd('.')}. End the program that listens there, or set ASPNETCORE_URLS to a free port."];
                case SocketException { SocketErrorCode: SocketError.AccessDenied or SocketError.AddressNotAvailable } refused:
                    return [$"Listening failed, {refused.Message}. Set ASPNETCORE_URLS to an address of this machine and a port above 1023."];

                // A setting of the wrong type. The binder's sentence names key and value.
                case InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } setting:
                    return [setting.Message];
                case AggregateException several:
                    return [.. several.InnerExceptions.SelectMany(Explain)];
            }
        }

        return [];
    }
}
