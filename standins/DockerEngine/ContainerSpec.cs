using System.Text.Json.Nodes;

namespace DockerEngine;

/// <summary>What a container is created from. Everything but the image is optional.</summary>
public sealed record ContainerSpec(string Image)
{
    public string? Hostname { get; init; }

    public string? User { get; init; }

    /// <summary>Null keeps the image's own.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary>Null keeps the image's own.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<PortSpec> Ports { get; init; } = [];

    public IReadOnlyList<MountSpec> Mounts { get; init; } = [];

    /// <summary>The one network that it joins at start; null is the engine's default bridge, which resolves no names.</summary>
    public string? Network { get; init; }

    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>"host:address" pairs for /etc/hosts.</summary>
    public IReadOnlyList<string> ExtraHosts { get; init; } = [];

    /// <summary>"no", "always", "unless-stopped", "on-failure".</summary>
    public string RestartPolicy { get; init; } = "no";

    /// <summary>Between the stop signal and the kill when the engine itself stops it.</summary>
    public TimeSpan? StopTimeout { get; init; }

    /// <summary>Null is no limit.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Null is no limit; 1.5 is one and a half processors.</summary>
    public decimal? Cpus { get; init; }

    public IReadOnlyList<UlimitSpec> Ulimits { get; init; } = [];

    public bool Privileged { get; init; }

    public bool AutoRemove { get; init; }

    internal JsonObject ToJson() => new()
    {
        ["Image"] = Image,
        ["Hostname"] = Hostname,
        ["User"] = User,
        ["Entrypoint"] = Entrypoint?.ToJson(),
        ["Cmd"] = Command?.ToJson(),
        ["Env"] = Environment.Select(pair => $"{pair.Key}={pair.Value}").ToJson(),
        ["Labels"] = Labels.ToJson(),
        ["StopTimeout"] = (int?)StopTimeout?.TotalSeconds,
        ["ExposedPorts"] = new JsonObject(Ports.Select(port => port.Key).Distinct().Select(key => KeyValuePair.Create<string, JsonNode?>(key, new JsonObject()))),
        ["HostConfig"] = new JsonObject
        {
            ["NetworkMode"] = Network ?? "default",
            ["PortBindings"] = new JsonObject(Ports.GroupBy(port => port.Key).Select(bound =>
                KeyValuePair.Create<string, JsonNode?>(bound.Key, new JsonArray([.. bound.Select(port => port.ToJson())])))),
            ["Mounts"] = new JsonArray([.. Mounts.Select(mount => mount.ToJson())]),
            ["ExtraHosts"] = ExtraHosts.ToJson(),
            ["RestartPolicy"] = new JsonObject { ["Name"] = RestartPolicy },
            ["Memory"] = MemoryBytes ?? 0,
            ["NanoCpus"] = (long)((Cpus ?? 0) * 1_000_000_000),
            ["Ulimits"] = new JsonArray([.. Ulimits.Select(limit => limit.ToJson())]),
            ["Privileged"] = Privileged,
            ["AutoRemove"] = AutoRemove,
        },
        ["NetworkingConfig"] = Network is null ? null : new JsonObject
        {
            ["EndpointsConfig"] = new JsonObject { [Network] = new JsonObject { ["Aliases"] = Aliases.ToJson() } },
        },
    };
}

/// <summary>A published port. Host port 0 lets the engine choose; the address is loopback unless said otherwise.</summary>
public sealed record PortSpec(int ContainerPort, int HostPort = 0, string HostAddress = "127.0.0.1", string Protocol = "tcp")
{
    internal string Key => $"{ContainerPort}/{Protocol}";

    internal JsonNode ToJson() => new JsonObject { ["HostIp"] = HostAddress, ["HostPort"] = HostPort == 0 ? "" : $"{HostPort}" };
}

/// <summary>A volume (source is its name), a bind (source is a path of the host) or a tmpfs (no source).</summary>
public sealed record MountSpec(string Type, string? Source, string Target, bool ReadOnly = false)
{
    public static MountSpec Volume(string name, string target, bool readOnly = false) => new("volume", name, target, readOnly);

    public static MountSpec Bind(string hostPath, string target, bool readOnly = false) => new("bind", hostPath, target, readOnly);

    public static MountSpec Tmpfs(string target) => new("tmpfs", null, target);

    internal JsonNode ToJson() => new JsonObject { ["Type"] = Type, ["Source"] = Source, ["Target"] = Target, ["ReadOnly"] = ReadOnly };
}

/// <summary>"nofile", "memlock" and so on, as in ulimit.</summary>
public sealed record UlimitSpec(string Name, long Soft, long Hard)
{
    internal JsonNode ToJson() => new JsonObject { ["Name"] = Name, ["Soft"] = Soft, ["Hard"] = Hard };
}
