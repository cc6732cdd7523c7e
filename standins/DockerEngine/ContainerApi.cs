using System.Formats.Tar;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;

namespace DockerEngine;

public sealed class ContainerApi
{
    private readonly DockerHttp _http;

    internal ContainerApi(DockerHttp http) => _http = http;

    /// <summary>Creates without starting, so that files can be put first. Returns the id. A missing image ends with IsNotFound.</summary>
    public async Task<string> CreateAsync(string? name, ContainerSpec spec, CancellationToken cancellationToken) =>
        (await _http.CallAsync<Created>(HttpMethod.Post, name is null ? "containers/create" : $"containers/create?name={DockerJson.Escape(name)}", spec.ToJson().ToContent(), cancellationToken)).Id;

    /// <summary>Starting a container that runs already is no error.</summary>
    public Task StartAsync(string id, CancellationToken cancellationToken) => PostAsync(id, "start", cancellationToken);

    /// <summary>The stop signal, and after the grace the kill. Returns when the container has ended.</summary>
    public Task StopAsync(string id, TimeSpan grace, CancellationToken cancellationToken) =>
        _http.CallAsync(HttpMethod.Post, $"containers/{id}/stop?t={(int)Math.Ceiling(grace.TotalSeconds)}", null, cancellationToken, grace + DockerHttp.CallLimit);

    public Task KillAsync(string id, string signal, CancellationToken cancellationToken) => PostAsync(id, $"kill?signal={signal}", cancellationToken);

    public Task PauseAsync(string id, CancellationToken cancellationToken) => PostAsync(id, "pause", cancellationToken);

    public Task UnpauseAsync(string id, CancellationToken cancellationToken) => PostAsync(id, "unpause", cancellationToken);

    /// <summary>Kills it if it runs, and removes its anonymous volumes. One that is gone already is no error.</summary>
    public async Task RemoveAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await _http.CallAsync(HttpMethod.Delete, $"containers/{id}?force=true&v=true", null, cancellationToken);
        }
        catch (DockerEngineException gone) when (gone.IsNotFound || gone.IsConflict)
        {
            // Conflict: "removal of container ... is already in progress", by its AutoRemove or by somebody else.
        }
    }

    /// <summary>By id or name; null when there is none.</summary>
    public async Task<ContainerInfo?> InspectAsync(string idOrName, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.CallAsync<ContainerInfo>(HttpMethod.Get, $"containers/{idOrName}/json", null, cancellationToken);
        }
        catch (DockerEngineException missing) when (missing.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Running or not, all that carry every one of the labels ("key" or "key=value").</summary>
    public Task<ContainerSummary[]> ListAsync(IEnumerable<string> labels, CancellationToken cancellationToken) =>
        _http.CallAsync<ContainerSummary[]>(HttpMethod.Get, $"containers/json?all=true&{DockerJson.LabelFilter(labels)}", null, cancellationToken);

    /// <summary>Returns the exit code once the container has ended. Waits as long as the caller lets it.</summary>
    public async Task<int> WaitAsync(string id, CancellationToken cancellationToken) =>
        (await _http.CallAsync<Exited>(HttpMethod.Post, $"containers/{id}/wait?condition=not-running", null, cancellationToken, Timeout.InfiniteTimeSpan)).StatusCode;

    /// <summary>The lines so far and, when followed, those to come until the container ends. <paramref name="since"/> is inclusive.</summary>
    public async IAsyncEnumerable<LogLine> LogsAsync(string id, bool follow, DateTimeOffset? since, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        LogLine? last = null;
        var atLast = 0;
        await foreach (var line in ReadLogAsync(id, follow, since, cancellationToken))
        {
            atLast = line.At == last?.At ? atLast + 1 : 1;
            last = line;
            yield return line;
        }

        if (!follow)
        {
            yield break;
        }

        // The engine sometimes drops the end of a log that it follows when the container ends: often the line that says why.
        await foreach (var line in ReadLogAsync(id, follow: false, last?.At ?? since, cancellationToken))
        {
            if (line.At != last?.At || --atLast < 0)
            {
                yield return line;
            }
        }
    }

    public Task PutFilesAsync(string id, IEnumerable<ContainerFile> files, CancellationToken cancellationToken)
    {
        var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var file in files)
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, file.Path.TrimStart('/'))
                {
                    Mode = file.Mode,
                    Uid = file.UserId,
                    Gid = file.GroupId,
                    DataStream = new MemoryStream(file.Content.ToArray()),
                });
            }
        }

        archive.Position = 0;
        return _http.CallAsync(HttpMethod.Put, $"containers/{id}/archive?path=/", new StreamContent(archive), cancellationToken);
    }

    /// <summary>Runs a command in the container. A command that outlives its limit is left to the container; the caller is not.</summary>
    public Task<ExecOutcome> ExecAsync(string id, IReadOnlyList<string> command, TimeSpan limit, CancellationToken cancellationToken) =>
        _http.LimitAsync($"'{command[0]}' in container {id}", limit, async ct =>
        {
            var create = new JsonObject { ["Cmd"] = command.ToJson(), ["AttachStdout"] = true, ["AttachStderr"] = true };
            var exec = await _http.CallAsync<Created>(HttpMethod.Post, $"containers/{id}/exec", create.ToContent(), ct);
            using var output = new MemoryStream();
            using var errors = new MemoryStream();
            using (var response = await _http.OpenAsync(HttpMethod.Post, $"exec/{exec.Id}/start", new JsonObject { ["Detach"] = false }.ToContent(), ct))
            await using (var stream = await response.Content.ReadAsStreamAsync(ct))
            {
                await foreach (var (isError, payload) in FramedStream.ReadAsync(stream, ct))
                {
                    (isError ? errors : output).Write(payload.Span);
                }
            }

            var ended = await _http.CallAsync<Executed>(HttpMethod.Get, $"exec/{exec.Id}/json", null, ct);
            return new ExecOutcome(ended.ExitCode ?? -1, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(errors.ToArray()));
        }, cancellationToken);

    private async IAsyncEnumerable<LogLine> ReadLogAsync(string id, bool follow, DateTimeOffset? since, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ticks = since is { } from ? Math.Max(0, (from - DateTimeOffset.UnixEpoch).Ticks) : 0;
        var query = $"containers/{id}/logs?stdout=true&stderr=true&timestamps=true&follow={(follow ? "true" : "false")}"
            + $"&since={ticks / TimeSpan.TicksPerSecond}.{ticks % TimeSpan.TicksPerSecond * 100:000000000}";
        HttpResponseMessage opened;
        try
        {
            opened = await _http.LimitAsync("opening the log", DockerHttp.CallLimit, ct => _http.OpenAsync(HttpMethod.Get, query, null, ct), cancellationToken);
        }
        catch (DockerEngineException removed) when (removed.IsNotFound && !follow)
        {
            yield break;
        }

        using var response = opened;
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var lines = new LogLineAssembler();
        await foreach (var (isError, payload) in FramedStream.ReadAsync(stream, cancellationToken))
        {
            foreach (var line in lines.Add(isError, payload))
            {
                yield return line;
            }
        }

        foreach (var line in lines.Rest())
        {
            yield return line;
        }
    }

    private Task PostAsync(string id, string action, CancellationToken cancellationToken) =>
        _http.CallAsync(HttpMethod.Post, $"containers/{id}/{action}", null, cancellationToken);

    private sealed record Created(string Id);

    private sealed record Exited(int StatusCode);

    private sealed record Executed(int? ExitCode);
}
