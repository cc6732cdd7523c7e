using System.Collections.Immutable;
using DockerEngine;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;
using DotNet.Testcontainers.Networks;
using DotNet.Testcontainers.Volumes;

namespace DotNet.Testcontainers.Builders;

/// <summary>Immutable: every With returns a builder of its own.</summary>
public abstract class ContainerBuilder<TBuilderEntity, TContainerEntity>
    where TContainerEntity : IContainer
{
    internal ContainerBuilder(ContainerConfiguration configuration) => Configuration = configuration;

    internal ContainerConfiguration Configuration { get; }

    public TBuilderEntity WithImage(string image) => Merge(Configuration with { Spec = Configuration.Spec with { Image = image } });

    public TBuilderEntity WithName(string name) => Merge(Configuration with { Name = name });

    public TBuilderEntity WithEntrypoint(params string[] entrypoint) => Merge(Configuration with { Spec = Configuration.Spec with { Entrypoint = entrypoint } });

    /// <summary>Appends to the arguments given so far.</summary>
    public TBuilderEntity WithCommand(params string[] command) =>
        Merge(Configuration with { Spec = Configuration.Spec with { Command = [.. Configuration.Spec.Command ?? [], .. command] } });

    public TBuilderEntity WithEnvironment(string name, string value) => Merge(Configuration with { Environment = Configuration.Environment.SetItem(name, value) });

    public TBuilderEntity WithEnvironment(IReadOnlyDictionary<string, string> environments) =>
        Merge(Configuration with { Environment = Configuration.Environment.SetItems(environments) });

    public TBuilderEntity WithLabel(string name, string value) => Merge(Configuration with { Labels = Configuration.Labels.SetItem(name, value) });

    /// <summary>Published on loopback only, unlike the real package.</summary>
    public TBuilderEntity WithPortBinding(int port, bool assignRandomHostPort = false) => WithPortBinding(assignRandomHostPort ? 0 : port, port);

    public TBuilderEntity WithPortBinding(int hostPort, int containerPort) =>
        Merge(Configuration with { Ports = Configuration.Ports.SetItem(containerPort, hostPort) });

    public TBuilderEntity WithResourceMapping(byte[] resourceContent, FilePath target, uint uid = 0, uint gid = 0, UnixFileModes fileMode = Unix.FileMode644) =>
        Merge(Configuration with { Files = [.. Configuration.Files, new ContainerFile(target.Value, resourceContent, (UnixFileMode)fileMode, (int)uid, (int)gid)] });

    public TBuilderEntity WithResourceMapping(byte[] resourceContent, FileInfo target, uint uid = 0, uint gid = 0, UnixFileModes fileMode = Unix.FileMode644) =>
        WithResourceMapping(resourceContent, FilePath.Of(target.ToString()), uid, gid, fileMode);

    public TBuilderEntity WithResourceMapping(FileInfo source, FileInfo target, uint uid = 0, uint gid = 0, UnixFileModes fileMode = Unix.FileMode644) =>
        WithResourceMapping(File.ReadAllBytes(source.FullName), target, uid, gid, fileMode);

    public TBuilderEntity WithVolumeMount(string source, string destination) => WithMount(MountSpec.Volume(source, destination));

    public TBuilderEntity WithVolumeMount(IVolume volume, string destination) =>
        Merge(Configuration with { Needs = [.. Configuration.Needs, volume], Mounts = [.. Configuration.Mounts, MountSpec.Volume(volume.Name, destination)] });

    public TBuilderEntity WithTmpfsMount(string destination) => WithMount(MountSpec.Tmpfs(destination));

    public TBuilderEntity WithNetwork(string name) => Merge(Configuration with { Networks = [.. Configuration.Networks, name] });

    public TBuilderEntity WithNetwork(INetwork network) =>
        Merge(Configuration with { Needs = [.. Configuration.Needs, network], Networks = [.. Configuration.Networks, network.Name] });

    public TBuilderEntity WithNetworkAliases(params string[] networkAliases) => WithNetworkAliases(networkAliases.AsEnumerable());

    public TBuilderEntity WithNetworkAliases(IEnumerable<string> networkAliases) =>
        Merge(Configuration with { Spec = Configuration.Spec with { Aliases = [.. Configuration.Spec.Aliases, .. networkAliases] } });

    /// <summary>Whether the container is removed when its object is disposed of, or its process is gone.</summary>
    public TBuilderEntity WithCleanUp(bool cleanUp) => Merge(Configuration with { CleanUp = cleanUp });

    public TBuilderEntity WithWaitStrategy(IWaitForContainerOS waitStrategy) =>
        Merge(Configuration with { Conditions = [.. ((WaitForContainerUnix)waitStrategy).Conditions] });

    public abstract TContainerEntity Build();

    internal abstract TBuilderEntity Merge(ContainerConfiguration configuration);

    private TBuilderEntity WithMount(MountSpec mount) => Merge(Configuration with { Mounts = [.. Configuration.Mounts, mount] });
}

/// <summary>What a container is made from, and what it needs to be ready.</summary>
internal sealed record ContainerConfiguration(ContainerSpec Spec)
{
    public string? Name { get; init; }

    public bool CleanUp { get; init; } = true;

    public ImmutableDictionary<string, string> Environment { get; init; } = [];

    public ImmutableDictionary<string, string> Labels { get; init; } = [];

    /// <summary>Container port to host port; zero lets the engine choose.</summary>
    public ImmutableSortedDictionary<int, int> Ports { get; init; } = ImmutableSortedDictionary<int, int>.Empty;

    public ImmutableArray<ContainerFile> Files { get; init; } = [];

    public ImmutableArray<MountSpec> Mounts { get; init; } = [];

    public ImmutableArray<string> Networks { get; init; } = [];

    /// <summary>Networks and volumes that have to be there first.</summary>
    public ImmutableArray<IFutureResource> Needs { get; init; } = [];

    public ImmutableArray<IWaitUntil> Conditions { get; init; } = [];

    public ContainerSpec ToSpec() => Spec with
    {
        Environment = Environment,
        Labels = Labels.SetItems(Builders.Labels.For(CleanUp)),
        Ports = [.. Ports.Select(port => new PortSpec(port.Key, port.Value))],
        Mounts = Mounts,
        Network = Networks.FirstOrDefault(),
    };
}
