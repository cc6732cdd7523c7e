using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static class ContainerResourceBuilderExtensions
{
    public static IResourceBuilder<ContainerResource> AddContainer(this IDistributedApplicationBuilder builder, string name, string image) =>
        builder.AddResource(new ContainerResource(name)).WithImage(image);

    public static IResourceBuilder<ContainerResource> AddContainer(this IDistributedApplicationBuilder builder, string name, string image, string tag) =>
        builder.AddResource(new ContainerResource(name)).WithImage(image, tag);

    public static IResourceBuilder<T> WithImage<T>(this IResourceBuilder<T> builder, string image, string? tag = null) where T : ContainerResource
    {
        var (name, digest) = image.Split('@') is [var before, var after] ? (before, after) : (image, null);
        var colon = name.IndexOf(':', name.LastIndexOf('/') + 1);
        var annotation = builder.Image(create: true);
        annotation.Image = colon < 0 ? name : name[..colon];
        annotation.Tag = digest is null ? tag ?? (colon < 0 ? null : name[(colon + 1)..]) : null;
        annotation.SHA256 = digest?.Replace("sha256:", "", StringComparison.Ordinal);
        return builder;
    }

    public static IResourceBuilder<T> WithImageTag<T>(this IResourceBuilder<T> builder, string tag) where T : ContainerResource
    {
        (builder.Image().Tag, builder.Image().SHA256) = (tag, null);
        return builder;
    }

    public static IResourceBuilder<T> WithImageRegistry<T>(this IResourceBuilder<T> builder, string? registry) where T : ContainerResource
    {
        builder.Image().Registry = registry;
        return builder;
    }

    public static IResourceBuilder<T> WithEntrypoint<T>(this IResourceBuilder<T> builder, string entrypoint) where T : ContainerResource
    {
        builder.Resource.Entrypoint = entrypoint;
        return builder;
    }

    public static IResourceBuilder<T> WithLifetime<T>(this IResourceBuilder<T> builder, ContainerLifetime lifetime) where T : ContainerResource =>
        lifetime == ContainerLifetime.Session ? builder : throw new DistributedApplicationException(
            $"'{builder.Resource.Name}' is to outlive the AppHost, and the stand-in removes every container at the end: keep what lasts in a volume.");

    public static IResourceBuilder<T> WithContainerNetworkAlias<T>(this IResourceBuilder<T> builder, string alias) where T : ContainerResource =>
        builder.WithAnnotation(new ContainerNetworkAliasAnnotation(alias));

    public static IResourceBuilder<T> WithContainerRuntimeArgs<T>(this IResourceBuilder<T> builder, params string[] args) where T : ContainerResource =>
        builder.WithContainerRuntimeArgs(context =>
        {
            foreach (var arg in args)
            {
                context.Args.Add(arg);
            }
        });

    public static IResourceBuilder<T> WithContainerRuntimeArgs<T>(this IResourceBuilder<T> builder, Action<ContainerRuntimeArgsCallbackContext> callback)
        where T : ContainerResource => builder.WithContainerRuntimeArgs(context =>
        {
            callback(context);
            return Task.CompletedTask;
        });

    public static IResourceBuilder<T> WithContainerRuntimeArgs<T>(this IResourceBuilder<T> builder, Func<ContainerRuntimeArgsCallbackContext, Task> callback)
        where T : ContainerResource => builder.WithAnnotation(new ContainerRuntimeArgsCallbackAnnotation(callback));

    public static IResourceBuilder<T> WithVolume<T>(this IResourceBuilder<T> builder, string? name, string target, bool isReadOnly = false)
        where T : ContainerResource => builder.WithAnnotation(new ContainerMountAnnotation(name, target, ContainerMountType.Volume, isReadOnly));

    public static IResourceBuilder<T> WithVolume<T>(this IResourceBuilder<T> builder, string target) where T : ContainerResource =>
        builder.WithVolume(null, target);

    public static IResourceBuilder<T> WithBindMount<T>(this IResourceBuilder<T> builder, string source, string target, bool isReadOnly = false)
        where T : ContainerResource => builder.WithAnnotation(new ContainerMountAnnotation(
            Path.GetFullPath(source, builder.ApplicationBuilder.AppHostDirectory), target, ContainerMountType.BindMount, isReadOnly));

    public static IResourceBuilder<T> WithContainerFiles<T>(this IResourceBuilder<T> builder, string destinationPath, IEnumerable<ContainerFileSystemItem> entries,
        int? defaultOwner = null, int? defaultGroup = null, UnixFileMode? umask = null) where T : ContainerResource =>
        builder.WithContainerFiles(destinationPath, (_, _) => Task.FromResult(entries), defaultOwner, defaultGroup, umask);

    public static IResourceBuilder<T> WithContainerFiles<T>(this IResourceBuilder<T> builder, string destinationPath, string sourcePath,
        int? defaultOwner = null, int? defaultGroup = null, UnixFileMode? umask = null) where T : ContainerResource
    {
        var source = Path.GetFullPath(sourcePath, builder.ApplicationBuilder.AppHostDirectory);
        return builder.WithContainerFiles(destinationPath, (_, _) => Task.FromResult(
            ContainerDirectory.GetFileSystemItemsFromPath(source, searchOptions: SearchOption.AllDirectories)), defaultOwner, defaultGroup, umask);
    }

    public static IResourceBuilder<T> WithContainerFiles<T>(this IResourceBuilder<T> builder, string destinationPath,
        Func<ContainerFileSystemCallbackContext, CancellationToken, Task<IEnumerable<ContainerFileSystemItem>>> callback,
        int? defaultOwner = null, int? defaultGroup = null, UnixFileMode? umask = null) where T : ContainerResource =>
        builder.WithAnnotation(new ContainerFileSystemCallbackAnnotation
        {
            DestinationPath = destinationPath,
            Callback = callback,
            DefaultOwner = defaultOwner,
            DefaultGroup = defaultGroup,
            Umask = umask,
        });

    private static ContainerImageAnnotation Image<T>(this IResourceBuilder<T> builder, bool create = false) where T : ContainerResource
    {
        if (!builder.Resource.TryGetLastAnnotation<ContainerImageAnnotation>(out var image))
        {
            image = create ? new ContainerImageAnnotation { Image = "" } : throw new InvalidOperationException($"The resource '{builder.Resource.Name}' has no image yet: call WithImage first.");
            builder.WithAnnotation(image);
        }

        return image;
    }
}

/// <summary>Names volumes by application, AppHost folder and resource: two clones never share one.</summary>
public static class VolumeNameGenerator
{
    public static string Generate<T>(IResourceBuilder<T> builder, string suffix) where T : IResource
    {
        var application = string.Concat(builder.ApplicationBuilder.Environment.ApplicationName.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' ? c : '_'));
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(builder.ApplicationBuilder.AppHostDirectory)))[..10];
        return $"{application.ToLowerInvariant()}-{hash}-{builder.Resource.Name}-{suffix}";
    }
}
