using System.Text.Json.Nodes;

namespace DockerEngine;

public sealed record NetworkSummary(string Id, string Name, IReadOnlyDictionary<string, string>? Labels);

public sealed class NetworkApi
{
    private readonly DockerHttp _http;

    internal NetworkApi(DockerHttp http) => _http = http;

    /// <summary>A bridge on which containers find each other by name and alias. Returns its id; a name that is taken is a conflict.</summary>
    public async Task<string> CreateAsync(string name, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken) =>
        (await _http.CallAsync<NetworkCreated>(HttpMethod.Post, "networks/create",
            new JsonObject { ["Name"] = name, ["CheckDuplicate"] = true, ["Labels"] = labels.ToJson() }.ToContent(), cancellationToken)).Id;

    /// <summary>One that is gone already is no error; one that still has containers is.</summary>
    public async Task RemoveAsync(string idOrName, CancellationToken cancellationToken)
    {
        try
        {
            await _http.CallAsync(HttpMethod.Delete, $"networks/{DockerJson.Escape(idOrName)}", null, cancellationToken);
        }
        catch (DockerEngineException gone) when (gone.IsNotFound)
        {
        }
    }

    public Task<NetworkSummary[]> ListAsync(IEnumerable<string> labels, CancellationToken cancellationToken) =>
        _http.CallAsync<NetworkSummary[]>(HttpMethod.Get, $"networks?{DockerJson.LabelFilter(labels)}", null, cancellationToken);

    public Task ConnectAsync(string idOrName, string containerId, IReadOnlyList<string> aliases, CancellationToken cancellationToken) =>
        _http.CallAsync(HttpMethod.Post, $"networks/{DockerJson.Escape(idOrName)}/connect", new JsonObject
        {
            ["Container"] = containerId,
            ["EndpointConfig"] = new JsonObject { ["Aliases"] = aliases.ToJson() },
        }.ToContent(), cancellationToken);

    private sealed record NetworkCreated(string Id);
}
