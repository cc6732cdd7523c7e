namespace DockerEngine;

/// <summary>One row of a list.</summary>
public sealed record ContainerSummary(string Id, IReadOnlyList<string> Names, string Image, string State, string Status, IReadOnlyDictionary<string, string> Labels);

/// <summary>Everything that inspecting tells. Name has no leading slash.</summary>
public sealed record ContainerInfo(string Id, ContainerState State, ContainerConfig Config, ContainerNetworkSettings NetworkSettings, int RestartCount, string Name)
{
    public string Name { get; init; } = Name.TrimStart('/');

    /// <summary>The port of the host that leads to a container port; null when it is not published (or the container not running).</summary>
    public int? HostPort(int containerPort) =>
        NetworkSettings.Ports?.GetValueOrDefault($"{containerPort}/tcp") is [var first, ..] ? int.Parse(first.HostPort, System.Globalization.CultureInfo.InvariantCulture) : null;
}

/// <summary>Status is created, running, paused, restarting, removing, exited or dead.</summary>
public sealed record ContainerState(string Status, bool Running, bool Paused, bool OOMKilled, int Pid, int ExitCode, string Error, DateTimeOffset StartedAt, DateTimeOffset FinishedAt);

public sealed record ContainerConfig(string Image, IReadOnlyDictionary<string, string>? Labels, IReadOnlyList<string>? Env);

public sealed record ContainerNetworkSettings(IReadOnlyDictionary<string, IReadOnlyList<HostBinding>?>? Ports, IReadOnlyDictionary<string, ContainerEndpoint>? Networks);

public sealed record HostBinding(string HostIp, string HostPort);

public sealed record ContainerEndpoint(string NetworkID, string IPAddress, IReadOnlyList<string>? Aliases);

/// <summary>One line that a container wrote. A line over 64 KB arrives in pieces.</summary>
public sealed record LogLine(DateTimeOffset At, bool IsError, string Text);

public sealed record ExecOutcome(int ExitCode, string Stdout, string Stderr);

/// <summary>A file to put into a container, under its absolute path there. Missing directories are made.</summary>
public sealed record ContainerFile(string Path, ReadOnlyMemory<byte> Content, UnixFileMode Mode = ContainerFile.WorldReadable, int UserId = 0, int GroupId = 0)
{
    /// <summary>rw-r--r--</summary>
    public const UnixFileMode WorldReadable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
}
