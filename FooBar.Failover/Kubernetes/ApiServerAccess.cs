using FooBar.ServiceDefaults.Startup;
using k8s;

namespace FooBar.Failover.Kubernetes;

/// <summary>
/// Finds the API server and the identity to call it with. If <c>KUBECONFIG</c> is set, for development, both come from the
/// current context of that file. Otherwise they come from the pod's service account.
/// </summary>
internal static class ApiServerAccess
{
    private const string ServiceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <exception cref="StartupException">There is neither, or one of the files cannot be used.</exception>
    public static KubernetesClientConfiguration Load(IConfiguration configuration)
    {
        if (configuration["KUBECONFIG"] is { Length: > 0 } file)
        {
            return Load(() => KubernetesClientConfiguration.BuildConfigFromConfigFile(file),
                $"KUBECONFIG is '{file}', which cannot be used", "name one kubeconfig file with a current context");
        }

        if (!KubernetesClientConfiguration.IsInCluster())
        {
            throw new StartupException("Failover:Kubernetes:Journal is given, but this process has no service account "
                + $"(KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT, {ServiceAccount}/token and ca.crt); "
                + "set automountServiceAccountToken in the pod, or KUBECONFIG outside a cluster.");
        }

        return Load(KubernetesClientConfiguration.InClusterConfig,
            $"The service account in {ServiceAccount} cannot be used", "let the kubelet mount it");
    }

    private static KubernetesClientConfiguration Load(Func<KubernetesClientConfiguration> read, string problem, string remedy)
    {
        try
        {
            var access = read();
            return access.SslCaCerts is { Count: 0 }
                ? throw new InvalidDataException("the certificate authority's file holds no certificate")
                : access;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new StartupException($"{problem} ({e.Message}); {remedy}.", e);
        }
    }
}
