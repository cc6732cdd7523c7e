using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>What a test is told while the entry point of an AppHost composes its application.</summary>
internal interface IAppHostInterceptor
{
    void OnCreating(DistributedApplicationOptions options, HostApplicationBuilderSettings settings);

    /// <summary>The AppHost asks to build; returns when the test wants it built.</summary>
    void OnBuilding(DistributedApplicationBuilder builder);

    /// <summary>Returns the application that the entry point gets to run.</summary>
    DistributedApplication OnBuilt(DistributedApplication application);
}

/// <summary>Set for the entry point that a test calls, and for nobody else in the process.</summary>
internal static class AppHostInterception
{
    private static readonly AsyncLocal<IAppHostInterceptor?> Interceptor = new();

    public static IAppHostInterceptor? Current { get => Interceptor.Value; set => Interceptor.Value = value; }
}
