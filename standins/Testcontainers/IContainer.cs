using DotNet.Testcontainers.Configurations;

namespace DotNet.Testcontainers.Containers;

public interface IContainer : IAsyncDisposable
{
    string Id { get; }

    /// <summary>As the engine gives it, with a leading slash.</summary>
    string Name { get; }

    string IpAddress { get; }

    /// <summary>The host on which the mapped ports are reached.</summary>
    string Hostname { get; }

    TestcontainersStates State { get; }

    ushort GetMappedPublicPort();

    ushort GetMappedPublicPort(int containerPort);

    Task<long> GetExitCodeAsync(CancellationToken ct = default);

    Task<(string Stdout, string Stderr)> GetLogsAsync(DateTime since = default, DateTime until = default, bool timestampsEnabled = true, CancellationToken ct = default);

    Task StartAsync(CancellationToken ct = default);

    Task StopAsync(CancellationToken ct = default);

    Task PauseAsync(CancellationToken ct = default);

    Task UnpauseAsync(CancellationToken ct = default);

    Task CopyAsync(byte[] fileContent, string filePath, uint uid = 0, uint gid = 0, UnixFileModes fileMode = Unix.FileMode644, CancellationToken ct = default);

    Task<ExecResult> ExecAsync(IList<string> command, CancellationToken ct = default);
}

public readonly struct ExecResult(string stdout, string stderr, long? exitCode)
{
    public string Stdout { get; } = stdout;

    public string Stderr { get; } = stderr;

    public long? ExitCode { get; } = exitCode;
}

[Flags]
public enum TestcontainersStates
{
    Undefined = 0x1,
    Created = 0x2,
    Restarting = 0x4,
    Running = 0x8,
    Paused = 0x10,
    Exited = 0x20,
    Dead = 0x40,
}

/// <summary>The container ended before it was ready. The message ends with the last lines that it wrote.</summary>
public sealed class ContainerNotRunningException(string message) : Exception(message);
