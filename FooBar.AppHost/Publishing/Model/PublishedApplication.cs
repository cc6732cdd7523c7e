using Aspire.Hosting.ApplicationModel;
using FooBar.AppHost.MySqlCluster;

namespace FooBar.AppHost.Publishing.Model;

/// <summary>What the application model says, with everything resolved that does not depend on where it will run.</summary>
internal sealed record PublishedApplication(IReadOnlyList<PublishedService> Services, IReadOnlyList<PublishedCluster> Clusters)
{
    /// <summary>Who speaks with whom: every connection that a variable of a service stands for, and none else.</summary>
    public IEnumerable<(PublishedService From, string To, int Port)> Connections =>
        Services.SelectMany(service => service.Connections.Select(connection => (service, connection.To, connection.Port)));

    /// <summary>The secret parameters that a process needs.</summary>
    public IEnumerable<string> Parameters => Services.SelectMany(service => service.Variables).Concat(Clusters.SelectMany(cluster => cluster.Variables))
        .SelectMany(variable => variable.Value.Secrets).Distinct().Order(StringComparer.Ordinal);

    /// <summary>The secrets with a certificate for users. What a cluster's clients verify is made together with the cluster's own.</summary>
    public IEnumerable<string> Certificates => Services.SelectMany(service => service.SecretFiles).Select(files => files.Secret).Distinct()
        .Except(Clusters.Select(cluster => cluster.CertificateAuthority.Secret)).Order(StringComparer.Ordinal);

    public IEnumerable<string> Images(PublishSettings settings) =>
        Services.Select(service => settings.ImageOf(service.Name)).Concat(Clusters.Select(cluster => cluster.Image)).Distinct();
}

/// <summary>A variable or an argument that a process gets.</summary>
internal sealed record PublishedVariable(string Name, PublishedValue Value);

/// <summary>A port that a process listens on.</summary>
/// <param name="Name">The endpoint's name.</param>
/// <param name="Scheme"><c>http</c>, <c>https</c> or <c>tcp</c>.</param>
/// <param name="Number">Where the process listens.</param>
/// <param name="IsExternal">Whether it is meant for users of the application.</param>
internal sealed record PublishedPort(string Name, string Scheme, int Number, bool IsExternal);

/// <summary>A service of ours: one image, any number of replicas.</summary>
/// <param name="Name">The resource's name.</param>
/// <param name="Project">The path of its project.</param>
/// <param name="Ports">The ports it listens on.</param>
/// <param name="Variables">Its environment, in order.</param>
/// <param name="Connections">The names of the services and clusters that it connects to, with the port.</param>
/// <param name="SecretFiles">Secrets that it reads as files.</param>
/// <param name="Kubernetes">What only Kubernetes needs to know.</param>
/// <param name="Compose">What only compose needs to know.</param>
internal sealed record PublishedService(
    string Name, string Project, IReadOnlyList<PublishedPort> Ports, IReadOnlyList<PublishedVariable> Variables,
    IReadOnlyList<(string To, int Port)> Connections, IReadOnlyList<SecretFiles> SecretFiles, DeploymentSettings Kubernetes, ComposeSettings Compose)
{
    private const string Management = "management";

    /// <summary>Where <c>/health</c> and <c>/alive</c> are: a port called management, or the first one of HTTP.</summary>
    public PublishedPort HealthPort => Ports.FirstOrDefault(port => port.Name == Management) ?? Ports.First(port => port.Scheme == "http");

    /// <summary>The ports that other services of the application use.</summary>
    public IEnumerable<PublishedPort> ServicePorts => Ports.Where(port => port.Name != Management);

    public bool IsExternal => Ports.Any(port => port.IsExternal);
}

/// <summary>A MySQL cluster: nodes of one kind, each with a volume of its own.</summary>
/// <param name="Name">The resource's name.</param>
/// <param name="Image">What every node runs.</param>
/// <param name="Port">Where every node listens.</param>
/// <param name="Nodes">The nodes, in order.</param>
/// <param name="Variables">The environment of every node.</param>
/// <param name="CertificateAuthority">What its clients verify the nodes with.</param>
/// <param name="Files">Files that every node gets, by their directory.</param>
/// <param name="Kubernetes">What only Kubernetes needs to know.</param>
/// <param name="Compose">What only compose needs to know.</param>
internal sealed record PublishedCluster(
    string Name, string Image, int Port, IReadOnlyList<PublishedNode> Nodes, IReadOnlyList<PublishedVariable> Variables,
    SecretFiles CertificateAuthority, IReadOnlyList<PublishedFiles> Files, StatefulSetSettings Kubernetes, ComposeSettings Compose);

/// <summary>A node of a cluster.</summary>
internal sealed record PublishedNode(MySqlServerResource Resource, int Number, IReadOnlyList<string> Arguments)
{
    public string Name => Resource.Name;
}

/// <summary>The files of one directory.</summary>
internal sealed record PublishedFiles(string Directory, IReadOnlyList<PublishedFile> Files);

internal sealed record PublishedFile(string Name, string Contents, UnixFileMode Mode);
