using Aspire.Hosting.ApplicationModel;

namespace FooBar.AppHost.Publishing.Model;

/// <summary>What Kubernetes has to know of a service and its process does not.</summary>
public sealed class DeploymentSettings : IResourceAnnotation
{
    /// <summary>How many pods there are, at least.</summary>
    public int Replicas { get; set; } = 1;

    /// <summary>How many there may be under load; without it their number is fixed.</summary>
    public int? MaxReplicas { get; set; }

    /// <summary>Processor time that a pod is promised, and the most it may take.</summary>
    public (string Promised, string Most) Cpu { get; set; } = ("100m", "1");

    /// <summary>Memory that a pod is promised, and the most it may take.</summary>
    public (string Promised, string Most) Memory { get; set; } = ("128Mi", "384Mi");

    /// <summary>Variables that exist in Kubernetes only; <c>$(POD_NAME)</c> and <c>$(POD_NAMESPACE)</c> stand for the pod's own.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>The Lease that lets one pod act at a time, and the ConfigMap that remembers what was decided.</summary>
    public (string Lease, string Journal)? Coordination { get; set; }
}

/// <summary>What Kubernetes has to know of a MySQL cluster.</summary>
public sealed class StatefulSetSettings : IResourceAnnotation
{
    /// <summary>The size of each node's volume.</summary>
    public string Storage { get; set; } = "10Gi";

    /// <summary>Processor time that a node is promised, and the most it may take.</summary>
    public (string Promised, string Most) Cpu { get; set; } = ("250m", "2");

    /// <summary>Memory that a node is promised, and the most it may take.</summary>
    public (string Promised, string Most) Memory { get; set; } = ("512Mi", "1Gi");
}

/// <summary>What compose has to know of a service or a cluster.</summary>
public sealed class ComposeSettings : IResourceAnnotation
{
    /// <summary>The network that it is reached in; it is also in the networks of whatever it connects to.</summary>
    public string Network { get; set; } = "app";

    /// <summary>How many containers there are.</summary>
    public int Replicas { get; set; } = 1;

    /// <summary>Variables that exist in compose only.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>Volumes that outlive the containers: the name of each and its directory.</summary>
    public Dictionary<string, string> Volumes { get; } = [];
}

/// <summary>A secret whose entries are files of a directory.</summary>
internal sealed record SecretFiles(string Secret, string Directory) : IResourceAnnotation;
