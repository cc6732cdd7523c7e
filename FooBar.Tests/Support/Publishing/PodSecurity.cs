using System.Text.Json.Nodes;

namespace FooBar.Tests.Support.Publishing;

/// <summary>
/// The Pod Security Standard "restricted", which includes "baseline": https://kubernetes.io/docs/concepts/security/pod-security-standards.
/// </summary>
internal static class PodSecurity
{
    private static readonly HashSet<string> VolumeTypes = ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

    private static readonly HashSet<string> SafeSysctls =
    [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
        "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
    ];

    private static readonly string[] Hooks = ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop"];

    /// <summary>What the standard forbids in the specification of a pod, a sentence each.</summary>
    public static IReadOnlyList<string> Violations(JsonObject pod)
    {
        var containers = new[] { "initContainers", "containers", "ephemeralContainers" }.SelectMany(list => pod.Items(list)).ToList();
        return [.. OfPod(pod), .. containers.SelectMany(container => OfContainer(pod, container))];
    }

    private static IEnumerable<string> OfPod(JsonObject pod)
    {
        foreach (var shared in new[] { "hostNetwork", "hostPID", "hostIPC" }.Where(name => pod.Flag(name) == true))
        {
            yield return $"{shared} is set";
        }

        foreach (var sysctl in pod.Items("securityContext.sysctls").Select(item => item.Text("name")!).Except(SafeSysctls))
        {
            yield return $"the sysctl {sysctl} is set";
        }

        foreach (var type in pod.Items("volumes").Select(volume => volume.Select(field => field.Key).Single(key => key != "name")).Except(VolumeTypes))
        {
            yield return $"a volume is of the type {type}";
        }
    }

    private static IEnumerable<string> OfContainer(JsonObject pod, JsonObject container)
    {
        var name = container.Text("name");
        JsonNode? Effective(string path) => container.At($"securityContext.{path}") ?? pod.At($"securityContext.{path}");

        if (Effective("runAsNonRoot")?.GetValue<bool>() != true)
        {
            yield return $"{name}: runAsNonRoot is not true";
        }

        if (Effective("runAsUser")?.GetValue<long>() == 0)
        {
            yield return $"{name}: runAsUser is 0";
        }

        if (Effective("seccompProfile.type")?.ToString() is not ("RuntimeDefault" or "Localhost"))
        {
            yield return $"{name}: seccompProfile is neither RuntimeDefault nor Localhost";
        }

        if (Effective("appArmorProfile.type")?.ToString() is not (null or "RuntimeDefault" or "Localhost"))
        {
            yield return $"{name}: appArmorProfile is not confined";
        }

        if (Effective("seLinuxOptions.type")?.ToString() is not (null or "" or "container_t" or "container_init_t" or "container_kvm_t" or "container_engine_t")
            || (Effective("seLinuxOptions.user") ?? Effective("seLinuxOptions.role")) is not null)
        {
            yield return $"{name}: seLinuxOptions are of its own";
        }

        if (Effective("windowsOptions.hostProcess")?.GetValue<bool>() == true || container.Flag("securityContext.privileged") == true)
        {
            yield return $"{name}: it is privileged";
        }

        if (container.Flag("securityContext.allowPrivilegeEscalation") != false)
        {
            yield return $"{name}: allowPrivilegeEscalation is not false";
        }

        if (!container.Texts("securityContext.capabilities.drop").Contains("ALL")
            || container.Texts("securityContext.capabilities.add").Any(capability => capability != "NET_BIND_SERVICE"))
        {
            yield return $"{name}: it has capabilities beside NET_BIND_SERVICE";
        }

        if (container.Text("securityContext.procMount") is not (null or "Default"))
        {
            yield return $"{name}: procMount is not Default";
        }

        if (container.Items("ports").Any(port => port.Number("hostPort") is not (null or 0)))
        {
            yield return $"{name}: it takes a port of the host";
        }

        // Since Kubernetes 1.34: a probe that names a host reaches from the node wherever it likes.
        if (Hooks.Any(hook => container.At($"{hook}.httpGet.host") is not null || container.At($"{hook}.tcpSocket.host") is not null))
        {
            yield return $"{name}: a probe or a hook names a host";
        }
    }
}
