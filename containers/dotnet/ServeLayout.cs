using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using Microsoft.Build.Framework;

/// <summary>
/// Serves the one image of an OCI image layout as a registry on a loopback port until the build ends: the SDK reads base images
/// from registries only (dotnet/sdk-container-builds#583). MSBuild compiles this file (service-image.targets).
/// </summary>
public sealed class ServeLayout : Microsoft.Build.Utilities.Task
{
    /// <summary>The folder of the layout.</summary>
    [Required]
    public string Folder { get; set; }

    /// <summary>The image as the SDK reads it, with the port of this build.</summary>
    [Output]
    public string Image { get; set; }

    /// <summary>The image as its index names it.</summary>
    [Output]
    public string Name { get; set; }

    [Output]
    public string Digest { get; set; }

    public override bool Execute()
    {
        try
        {
            var index = File.ReadAllText(Path.Combine(Folder, "index.json"));
            Digest = Find(index, "digest");
            Name = Find(index, "org.opencontainers.image.ref.name");
            Image = $"localhost:{Serve()}/base@{Digest}";
            return true;
        }
        catch (Exception e) when (e is IOException || e is UnauthorizedAccessException || e is InvalidDataException)
        {
            Log.LogError($"The base image oci:{Folder} cannot be used ({e.Message.TrimEnd('.')}): name the folder of an OCI image layout with one image");
            return false;
        }
    }

    private static string Find(string index, string key) =>
        Regex.Matches(index, $"\"{Regex.Escape(key)}\"\\s*:\\s*\"([^\"]+)\"") is { Count: 1 } found
            ? found[0].Groups[1].Value
            : throw new InvalidDataException($"its index.json holds no {key} or several");

    private int Serve()
    {
        var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();

        var server = new HttpListener { Prefixes = { $"http://localhost:{port}/" } };
        server.Start();
        ((IBuildEngine4)BuildEngine).RegisterTaskObject(server, server, RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        _ = AnswerAsync(server);
        return port;
    }

    private async Task AnswerAsync(HttpListener server)
    {
        while (server.IsListening)
        {
            var context = await server.GetContextAsync().ConfigureAwait(false);
            using (var response = context.Response)
            {
                // /v2/base/manifests/DIGEST or /v2/base/blobs/DIGEST
                var segments = context.Request.Url.Segments;
                var blob = Path.Combine(Folder, "blobs", segments[segments.Length - 1].Replace(':', '/'));
                response.StatusCode = File.Exists(blob) ? 200 : 404;
                if (response.StatusCode == 200)
                {
                    response.ContentType = context.Request.RawUrl.Contains("/manifests/") ? "application/vnd.oci.image.manifest.v1+json" : "application/octet-stream";
                    using (var content = File.OpenRead(blob))
                    {
                        response.ContentLength64 = content.Length;
                        await content.CopyToAsync(response.OutputStream).ConfigureAwait(false);
                    }
                }
            }
        }
    }
}
