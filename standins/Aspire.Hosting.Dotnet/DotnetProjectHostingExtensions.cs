using System.Diagnostics.CodeAnalysis;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dotnet;

namespace Aspire.Hosting;

public static class DotnetProjectHostingExtensions
{
    /// <summary>Adds a .NET project; the path is of its folder or of its .csproj, relative to the AppHost's folder.</summary>
    [Experimental("ASPIREDOTNETPROJECT001", UrlFormat = "https://aka.ms/aspire/diagnostics/{0}")]
    public static IResourceBuilder<DotnetProjectResource> AddDotnetProject(this IDistributedApplicationBuilder builder, string name, string path) =>
        builder.AddDotnetProject(name, path, _ => { });

    [Experimental("ASPIREDOTNETPROJECT001", UrlFormat = "https://aka.ms/aspire/diagnostics/{0}")]
    public static IResourceBuilder<DotnetProjectResource> AddDotnetProject(this IDistributedApplicationBuilder builder, string name, string path,
        Action<ProjectResourceOptions> configure)
    {
        var options = new ProjectResourceOptions();
        configure(options);
        var full = Path.GetFullPath(path, builder.AppHostDirectory);
        var project = Directory.Exists(full) && Directory.GetFiles(full, "*.csproj") is [var single] ? single : full;
        var folder = Path.GetDirectoryName(project) ?? builder.AppHostDirectory;
        return builder.AddResource(new DotnetProjectResource(name, folder))
            .WithAnnotation(new DotnetProjectMetadata(project))
            .WithOtlpExporter()
            .WithEnvironment(context => AddAspNetCoreUrls((DotnetProjectResource)context.Resource, context.EnvironmentVariables))
            .OnBeforeResourceStarted((resource, e, _) =>
            {
                if (!File.Exists(project) || !project.EndsWith(".csproj", StringComparison.OrdinalIgnoreCase))
                {
                    throw new DistributedApplicationException($"The path '{full}' of '{resource.Name}' must be a .csproj file or a folder with exactly one.");
                }

                if (!options.ExcludeLaunchProfile && File.Exists(Path.Combine(folder, "Properties", "launchSettings.json")))
                {
                    throw new DistributedApplicationException($"'{resource.Name}' has a launchSettings.json, which the stand-in does not read: set ExcludeLaunchProfile in AddDotnetProject.");
                }

                return Task.CompletedTask;
            });
    }

    [Experimental("ASPIREDOTNETPROJECT001", UrlFormat = "https://aka.ms/aspire/diagnostics/{0}")]
    public static IResourceBuilder<DotnetProjectResource> WithReplicas(this IResourceBuilder<DotnetProjectResource> builder, int replicas) =>
        replicas == 1 ? builder : throw new DistributedApplicationException($"'{builder.Resource.Name}' wants {replicas} replicas; the stand-in starts one process per resource: add resources instead.");

    // An endpoint whose port goes into a variable of its own is bound by the program itself.
    private static void AddAspNetCoreUrls(DotnetProjectResource resource, Dictionary<string, object> variables)
    {
        var urls = new ReferenceExpressionBuilder();
        foreach (var endpoint in resource.GetEndpoints())
        {
            var annotation = endpoint.EndpointAnnotation;
            if (annotation is not { UriScheme: "http" or "https", TargetPortEnvironmentVariable: null })
            {
                continue;
            }

            if (annotation.UriScheme == "https")
            {
                variables.TryAdd("ASPNETCORE_HTTPS_PORT", endpoint.Property(EndpointProperty.Port));
            }

            urls.AppendLiteral(urls.IsEmpty ? "" : ";");
            urls.Append($"{endpoint.Property(EndpointProperty.Scheme)}://{annotation.TargetHost}:{endpoint.Property(EndpointProperty.TargetPort)}");
        }

        if (!urls.IsEmpty)
        {
            variables.TryAdd("ASPNETCORE_URLS", urls.Build());
        }
    }
}
