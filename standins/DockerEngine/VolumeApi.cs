using System.Text.Json.Nodes;

namespace DockerEngine;

public sealed record VolumeSummary(string Name, IReadOnlyDictionary<string, string>? Labels);

public sealed class VolumeApi
{
    private readonly DockerHttp _http;

    internal VolumeApi(DockerHttp http) => _http = http;

    /// <summary>A volume that exists already is kept as it is.</summary>
    public Task CreateAsync(string name, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken) =>
        _http.CallAsync(HttpMethod.Post, "volumes/create", new JsonObject { ["Name"] = name, ["Labels"] = labels.ToJson() }.ToContent(), cancellationToken);

    /// <summary>One that is gone already is no error; one in use is.</summary>
    public async Task RemoveAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await _http.CallAsync(HttpMethod.Delete, $"volumes/{DockerJson.Escape(name)}", null, cancellationToken);
        }
        catch (DockerEngineException gone) when (gone.IsNotFound)
        {
        }
    }

    public async Task<IReadOnlyList<VolumeSummary>> ListAsync(IEnumerable<string> labels, CancellationToken cancellationToken) =>
        (await _http.CallAsync<VolumeList>(HttpMethod.Get, $"volumes?{DockerJson.LabelFilter(labels)}", null, cancellationToken)).Volumes ?? [];

    private sealed record VolumeList(IReadOnlyList<VolumeSummary>? Volumes);
}
