using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FooBar.AppHost.Publishing.Images;

/// <summary>
/// The one image of an OCI image layout, as a registry on a loopback port for the time of a build: the SDK reads base images
/// from registries only (dotnet/sdk-container-builds#583).
/// </summary>
internal sealed class LayoutRegistry : IAsyncDisposable
{
    private readonly WebApplication server;
    private readonly string folder;
    private readonly Descriptor image;

    private LayoutRegistry(string folder, Descriptor image)
    {
        this.folder = folder;
        this.image = image;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        server = builder.Build();
        server.UseRouting();
        server.MapGet("/v2/base/manifests/{digest}", (string digest) => Blob(digest, image.MediaType));
        server.MapGet("/v2/base/blobs/{digest}", (string digest) => Blob(digest, "application/octet-stream"));
    }

    /// <summary>Host and port.</summary>
    public string Address => new Uri(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Authority;

    /// <summary>What the image is called here.</summary>
    public string Image => $"{Address}/base@{image.Digest}";

    /// <summary>What the image is called by those who made it.</summary>
    public string Name => image.Annotations?.GetValueOrDefault("org.opencontainers.image.ref.name") ?? image.Digest;

    public string Digest => image.Digest;

    public static async Task<LayoutRegistry> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var registry = new LayoutRegistry(folder, await ReadIndexAsync(folder, cancellationToken));
        await registry.server.StartAsync(cancellationToken);
        return registry;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static async Task<Descriptor> ReadIndexAsync(string folder, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = File.OpenRead(Path.Combine(folder, "index.json"));
            var index = await JsonSerializer.DeserializeAsync<Index>(file, JsonSerializerOptions.Web, cancellationToken);
            return index?.Manifests is [var only] ? only : throw new JsonException("its index names none or several");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new PublishException(
                $"The base image oci:{folder} cannot be used ({failure.Message.TrimEnd('.')}): name the folder of an OCI image layout with one image, or have one made by ./publish images.", failure);
        }
    }

    private IResult Blob(string digest, string mediaType)
    {
        var path = Path.Combine(Path.GetFullPath(folder), "blobs", digest.Replace(':', '/'));
        return digest.All(c => char.IsAsciiLetterOrDigit(c) || c == ':') && File.Exists(path) ? Results.File(path, mediaType) : Results.NotFound();
    }

    private sealed record Index(IReadOnlyList<Descriptor> Manifests);

    private sealed record Descriptor(string MediaType, string Digest, IReadOnlyDictionary<string, string>? Annotations);
}
