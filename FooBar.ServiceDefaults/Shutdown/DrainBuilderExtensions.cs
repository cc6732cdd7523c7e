using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace FooBar.ServiceDefaults.Shutdown;

public static class DrainBuilderExtensions
{
    /// <summary>
    /// Adds the drain: after the stop signal <c>/health</c> answers 503 for <see cref="ShutdownOptions.DrainFor"/> while requests are
    /// still served. The web server stops after that.
    /// </summary>
    public static TBuilder AddDrain<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddOptions<ShutdownOptions>().BindConfiguration(ShutdownOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<ShutdownOptions>, ShutdownOptionsValidator>();
        builder.Services.AddSingleton<Drain>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<Drain>());
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            "accepting", provider => provider.GetRequiredService<Drain>(), HealthStatus.Unhealthy, tags: null));
        return builder;
    }

    /// <summary>Closes each connection with its answer while the process drains. Call it first.</summary>
    public static IApplicationBuilder UseDrain(this IApplicationBuilder app)
    {
        var drain = app.ApplicationServices.GetRequiredService<Drain>();
        return app.Use((context, next) =>
        {
            drain.CloseAfterAnswer(context);
            return next(context);
        });
    }
}
