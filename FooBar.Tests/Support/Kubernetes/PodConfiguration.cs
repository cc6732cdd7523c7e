using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Support.Kubernetes;

/// <summary>The ConfigMaps and Secrets of the namespace. A pod that names one that is not there does not start.</summary>
internal sealed class PodConfiguration(Overlay overlay, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> secrets)
{
    public IReadOnlyDictionary<string, string> ConfigMap(string name) =>
        overlay.One("ConfigMap", name).Pairs("data");

    public IReadOnlyDictionary<string, string> Secret(string name) =>
        secrets.GetValueOrDefault(name) ?? throw new KeyNotFoundException($"A pod names the Secret {name}, which is not there.");
}
