namespace FooBar.AppHost.Publishing.Images;

/// <summary>The container image that is made of one service.</summary>
/// <param name="Project">The service's project file.</param>
/// <param name="Repository">The image's name without registry and tag, for instance <c>foobar/web</c>.</param>
/// <param name="Tag">Its version.</param>
/// <param name="Registry">Where it is pushed, for instance <c>registry.example.com/team</c>; null or empty: it stays in the local engine.</param>
/// <param name="BaseImage">
/// What it is built on: an image in a registry, or <c>oci:FOLDER</c> for an OCI image layout in a folder; null or empty for the
/// one that the project names.
/// </param>
internal sealed record ImageBuild(string Project, string Repository, string Tag, string? Registry, string? BaseImage)
{
    /// <summary>The image's full name, as engines, compose files and Kubernetes take it.</summary>
    public string Reference => string.IsNullOrEmpty(Registry) ? $"{Repository}:{Tag}" : $"{Registry}/{Repository}:{Tag}";
}
