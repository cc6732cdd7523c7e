using System.Diagnostics.CodeAnalysis;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Dotnet;

/// <summary>A .NET project that was added by its path.</summary>
[Experimental("ASPIREDOTNETPROJECT001", UrlFormat = "https://aka.ms/aspire/diagnostics/{0}")]
public class DotnetProjectResource(string name, string workingDirectory) : ExecutableResource(name, "dotnet", workingDirectory), IResourceWithServiceDiscovery;

internal sealed class DotnetProjectMetadata(string projectPath) : IProjectMetadata
{
    public string ProjectPath { get; } = projectPath;
}
