namespace FooBar.AppHost.Publishing.Kubernetes;

/// <summary>What all pods have in common: they satisfy the Pod Security Standard "restricted" and get nothing that they do not use.</summary>
internal static class Pod
{
    public const int ServiceUser = 1654, MySqlUser = 999;

    private static readonly string[] Topologies = ["kubernetes.io/hostname", "topology.kubernetes.io/zone"];

    public const string Application = "app.kubernetes.io/part-of", Component = "app.kubernetes.io/name";

    public static YamlMap Labels(string application, string component) => new() { { Component, component }, { Application, application } };

    public static YamlMap Selector(string component) => new() { { Component, component } };

    public static YamlMap Metadata(string name) => new() { { "name", name } };

    public static YamlMap SecurityContext(int user) => new()
    {
        { "runAsNonRoot", true },
        { "runAsUser", user },
        { "runAsGroup", user },
        { "fsGroup", user },
        { "fsGroupChangePolicy", "OnRootMismatch" },
        { "seccompProfile", new YamlMap { { "type", "RuntimeDefault" } } },
    };

    public static YamlMap ContainerSecurityContext => new()
    {
        { "allowPrivilegeEscalation", false },
        { "readOnlyRootFilesystem", true },
        { "capabilities", new YamlMap { { "drop", (string[])["ALL"] } } },
    };

    public static YamlMap Resources((string Promised, string Most) cpu, (string Promised, string Most) memory) => new()
    {
        { "requests", new YamlMap { { "cpu", cpu.Promised }, { "memory", memory.Promised }, { "ephemeral-storage", "64Mi" } } },
        { "limits", new YamlMap { { "cpu", cpu.Most }, { "memory", memory.Most }, { "ephemeral-storage", "1Gi" } } },
    };

    /// <summary>On another node than its like, and in another zone, as long as there is one: a cluster of one node works too.</summary>
    public static YamlMap[] Spread(string component) =>
    [
        .. Topologies.Select(topology => new YamlMap
        {
            { "maxSkew", 1 },
            { "topologyKey", topology },
            { "whenUnsatisfiable", "ScheduleAnyway" },
            { "labelSelector", new YamlMap { { "matchLabels", Selector(component) } } },
        }),
    ];

    public static YamlMap ServiceAccount(string name) => new()
    {
        { "apiVersion", "v1" },
        { "kind", "ServiceAccount" },
        { "metadata", Metadata(name) },
        { "automountServiceAccountToken", false },
    };

    public static YamlMap EmptyDirectory(string name, string limit, bool inMemory) => new()
    {
        { "name", name },
        { "emptyDir", new YamlMap { { "medium", inMemory ? "Memory" : null }, { "sizeLimit", limit } } },
    };

    /// <param name="name">The volume's name.</param>
    /// <param name="secret">The Secret.</param>
    public static YamlMap SecretVolume(string name, string secret) => new()
    {
        { "name", name },
        { "secret", new YamlMap { { "secretName", secret }, { "defaultMode", 288, "0440: the owner is root, the group is the pod's" } } },
    };

    public static YamlMap Mount(string name, string path, bool readOnly = false, string? subPath = null) => new()
    {
        { "name", name }, { "mountPath", path }, { "subPath", subPath }, { "readOnly", readOnly ? true : null },
    };
}
