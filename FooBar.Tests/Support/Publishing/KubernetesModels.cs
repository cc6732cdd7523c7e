using System.Text.Json.Nodes;
using k8s;

namespace FooBar.Tests.Support.Publishing;

/// <summary>KubernetesClient's typed models, read strictly: a field that a model does not have is a mistake.</summary>
internal static class KubernetesModels
{
    /// <summary>Kinds that a cluster knows only once somebody installs them; KubernetesClient has no model of these.</summary>
    private static readonly string[] Installed = ["cert-manager.io", "external-secrets.io", "gateway.networking.k8s.io"];

    /// <summary>What is wrong with an object; null when it is a known kind and has only fields of its model.</summary>
    public static string? Mistake(JsonNode item)
    {
        var (version, kind) = (item.Text("apiVersion")!, item.Text("kind")!);
        if (Installed.Contains(version.Split('/')[0]))
        {
            return null;
        }

        try
        {
            KubernetesYaml.LoadAllFromString(item.ToJsonString(), strict: true);
            return null;
        }
        catch (KeyNotFoundException)
        {
            return $"no model for {version} {kind}";
        }
        catch (YamlDotNet.Core.YamlException e)
        {
            return $"{version} {kind} {item.Text("metadata.name")}: {e.GetBaseException().Message}";
        }
    }
}
