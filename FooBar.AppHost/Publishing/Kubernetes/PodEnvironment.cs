using FooBar.AppHost.MySqlCluster;
using FooBar.AppHost.Publishing.Model;
using k8s.Models;

namespace FooBar.AppHost.Publishing.Kubernetes;

/// <summary>The variables of a container. A secret is a variable of its own, from which the kubelet puts others together.</summary>
internal sealed class PodEnvironment(PublishedApplication application)
{
    /// <summary>The Secret that holds every secret parameter, under its own name.</summary>
    public const string Secret = "parameters";

    private readonly Dictionary<string, string> hosts = application.Clusters
        .SelectMany(cluster => cluster.Nodes.Select(node => (node.Name, Host: Host(cluster, node))))
        .ToDictionary(node => node.Name, node => node.Host);

    /// <summary>The name of a node in the headless Service of its cluster.</summary>
    public static string Host(PublishedCluster cluster, PublishedNode node) => $"{node.Name}.{cluster.Name}";

    /// <summary>Fields of the pod itself, then secrets, then the rest: a variable can use only those before it.</summary>
    public IList<V1EnvVar> Of(
        IEnumerable<PublishedVariable> variables, IReadOnlyDictionary<string, string> fields, IReadOnlyDictionary<string, string> more, bool always = false)
    {
        var list = variables.ToList();
        var texts = list.Select(variable => (variable.Name, Value: variable.Value.Render(Render)))
            .Where(variable => variable.Value != $"$({variable.Name})") // the secret's own variable already
            .Concat(more.Select(variable => (Name: variable.Key, variable.Value)))
            .OrderBy(variable => variable.Name, StringComparer.Ordinal).ToList();
        var secrets = list.SelectMany(variable => variable.Value.Secrets).Distinct().Order(StringComparer.Ordinal).ToList();
        if (texts.Select(variable => variable.Name).Concat(secrets.Select(VariableName.Of)).Concat(fields.Keys).GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { Key: var twice })
        {
            throw new PublishException($"The variable {twice} would be set twice, because publishing sets one of that name itself or for a secret parameter: give it another name.");
        }

        return
        [
            .. fields.Where(field => always || texts.Exists(variable => variable.Value.Contains($"$({field.Key})", StringComparison.Ordinal)))
                .Select(field => new V1EnvVar { Name = field.Key, ValueFrom = new V1EnvVarSource { FieldRef = new V1ObjectFieldSelector { FieldPath = field.Value } } }),
            .. secrets.Select(secret => new V1EnvVar
            {
                Name = VariableName.Of(secret),
                ValueFrom = new V1EnvVarSource { SecretKeyRef = new V1SecretKeySelector { Name = Secret, Key = secret } },
            }),
            .. texts.Select(variable => new V1EnvVar { Name = variable.Name, Value = variable.Value }),
        ];
    }

    private string Render(PublishedValue.Part part) => part switch
    {
        PublishedValue.Text text => text.Value.Replace("$", "$$", StringComparison.Ordinal),
        PublishedValue.Secret secret => $"$({VariableName.Of(secret.Parameter)})",
        PublishedValue.Host host => hosts.GetValueOrDefault(host.Resource.Name, host.Resource.Name),
        _ => throw new ArgumentException($"No text for {part}.", nameof(part)),
    };
}
