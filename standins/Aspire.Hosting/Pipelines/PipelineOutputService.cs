using System.Diagnostics.CodeAnalysis;
using Aspire.Hosting.Run;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Pipelines;

/// <summary>Where steps put what they make.</summary>
[Experimental("ASPIREPIPELINES004", UrlFormat = "https://aka.ms/aspire/diagnostics/{0}")]
public interface IPipelineOutputService
{
    string GetOutputDirectory();
}

internal sealed class PipelineOutputService(IConfiguration configuration, AppHostProject project) : IPipelineOutputService
{
    public string GetOutputDirectory() => configuration["Pipeline:OutputPath"] is { Length: > 0 } given
        ? Path.GetFullPath(given)
        : Path.Combine(project.Directory, "aspire-output");
}
