using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Integration.Publishing;

/// <summary>What one object of production says of another is true, and no object holds a secret.</summary>
[Collection(ShareRenderedOverlays.Name)]
public sealed partial class ReferenceTests(RenderedOverlays rendered)
{
    private Overlay Production => rendered.Production;

    private IEnumerable<JsonObject> Containers => Production.Workloads.SelectMany(workload => workload.Containers);

    [Fact]
    public void Secrets_OfEveryOverlay_AreOnlyReferredTo()
    {
        Assert.All(rendered.All, overlay => Assert.Empty(overlay.Of("Secret")));
        Assert.All(Containers.SelectMany(container => container.Items("env")).Where(variable => SecretName().IsMatch(variable.Text("name")!)), variable =>
            Assert.True(variable.At("valueFrom.secretKeyRef") is not null || IsReference(variable.Text("value")!), variable.ToJsonString()));

        // Inside of a connection string, or of anything else but the programs.
        var texts = rendered.All.SelectMany(overlay => overlay.Objects).SelectMany(Leaves).Where(text => !text.StartsWith("#!", StringComparison.Ordinal)).ToList();
        Assert.Contains(texts, text => SecretInText().IsMatch(text));
        Assert.All(texts.SelectMany(text => SecretInText().Matches(text)), match => Assert.True(IsReference(match.Groups["value"].Value), match.Value));
    }

    [Fact]
    public void Secrets_ThatPodsReferTo_AreTheOnesThatTheProgramMakes()
    {
        var named = Containers.SelectMany(container => container.Items("env")).Select(variable => variable.At("valueFrom.secretKeyRef")).OfType<JsonObject>()
            .Select(reference => (Secret: reference.Text("name")!, Key: reference.Text("key")!)).Distinct().ToList();
        var mounted = Production.Workloads.SelectMany(workload => workload.Pod.Items("volumes")).Select(volume => volume.Text("secret.secretName")).OfType<string>().Distinct().ToList();

        Assert.All(named, reference => Assert.Contains(reference.Key, rendered.Secrets[reference.Secret]));
        Assert.Equal(rendered.Secrets.Keys.Order(), named.Select(reference => reference.Secret).Concat(mounted).Distinct().Order());

        // No password is made that nobody uses.
        Assert.Equal(rendered.Secrets["parameters"].Order(), named.Where(reference => reference.Secret == "parameters").Select(reference => reference.Key).Order());
    }

    [Fact]
    public void Files_ThatVariablesAndProgramsName_AreMounted() => Assert.All(Production.Workloads, workload =>
    {
        var container = workload.Pod.Items("containers").Single();
        var files = MountedFiles(workload.Pod, container).ToList();
        var text = string.Join('\n', container.Items("env").Select(variable => variable.Text("value")).Concat(container.Texts("args")))
            + string.Join('\n', new[] { "startupProbe", "readinessProbe", "livenessProbe", "lifecycle.preStop" }.SelectMany(hook => container.Texts($"{hook}.exec.command")));

        // The coordinator tells MySQL's nodes a path of theirs.
        var mentioned = FilePath().Matches(text).Select(match => match.Value).Where(file => workload.Name != "failover" || !file.StartsWith("/etc/mysql-tls/", StringComparison.Ordinal));
        Assert.Empty(mentioned.Except(files));
    });

    [Fact]
    public void ConfigMaps_ThatPodsReferTo_Exist()
    {
        var known = Production.Of("ConfigMap").Select(map => map.Text("metadata.name")!).ToHashSet();
        var named = Production.Workloads.SelectMany(workload => workload.Pod.Items("volumes").Select(volume => volume.Text("configMap.name"))
            .Concat(workload.Containers.SelectMany(container => container.Items("envFrom").Select(from => from.Text("configMapRef.name"))))
            .Concat(workload.Containers.SelectMany(container => container.Items("env").Select(variable => variable.Text("valueFrom.configMapKeyRef.name"))))
            .Concat(workload.Containers.SelectMany(container => container.Items("env").Where(variable => variable.Text("name") == "Failover__Kubernetes__Journal").Select(variable => variable.Text("value")))));

        Assert.Equal(known.Order(), named.OfType<string>().Distinct().Order());
    }

    [Fact]
    public void Volumes_OfEveryPod_AreMountedAndMountsHaveOne() => Assert.All(Production.Workloads, workload =>
    {
        var volumes = workload.Pod.Items("volumes").Select(volume => volume.Text("name"))
            .Concat(workload.Object.Items("spec.volumeClaimTemplates").Select(claim => claim.Text("metadata.name")));
        Assert.Equal(volumes.Order(), workload.Containers.SelectMany(container => container.Items("volumeMounts")).Select(mount => mount.Text("name")).Distinct().Order());
    });

    // The kubelet leaves $(X) as it is where X is not defined before: a password would be the text "$(X)".
    [Fact]
    public void Variables_ThatStandForOthers_StandBehindThem() => Assert.All(Containers, container =>
    {
        var defined = new HashSet<string>();
        foreach (var variable in container.Items("env"))
        {
            Assert.All(Used(variable.Text("value") ?? ""), name => Assert.Contains(name, defined));
            Assert.True(defined.Add(variable.Text("name")!), $"{variable.Text("name")} is set twice in {container.Text("name")}.");
        }

        Assert.All(container.Texts("args").Concat(container.Texts("command")).SelectMany(Used), name => Assert.Contains(name, defined));
    });

    [Fact]
    public void Selectors_OfEveryKind_MatchTheirPods()
    {
        var workloads = Production.Workloads.ToList();
        Assert.All(workloads, workload => Assert.True(LabelSelector.Matches(workload.Object.At("spec.selector"), workload.Labels), workload.Name));
        Assert.All(Production.Of("Service"), service =>
        {
            var behind = Assert.Single(workloads, workload => LabelSelector.MatchesPairs(service.Pairs("spec.selector"), workload.Labels));
            Assert.All(service.Items("spec.ports"), port => Assert.Contains(port.Text("targetPort"), behind.Ports.Select(own => own.Name)));
        });
        Assert.All(Production.Of("PodDisruptionBudget"), budget => Assert.Single(workloads, workload => LabelSelector.Matches(budget.At("spec.selector"), workload.Labels)));
        Assert.All(Production.Of("NetworkPolicy"), policy => Assert.Contains(workloads, workload => LabelSelector.Matches(policy.At("spec.podSelector"), workload.Labels)));
        Assert.All(Production.Of("HorizontalPodAutoscaler"), scaler =>
        {
            var scaled = Assert.Single(workloads, workload => workload.Kind == scaler.Text("spec.scaleTargetRef.kind") && workload.Name == scaler.Text("spec.scaleTargetRef.name"));
            Assert.Null(scaled.Object.At("spec.replicas"));
            Assert.True(scaler.Number("spec.minReplicas") >= 2);
        });
    }

    [Fact]
    public void Hosts_ThatVariablesName_AreServices()
    {
        var services = Production.Of("Service").Select(service => service.Text("metadata.name")!).ToHashSet();
        var pods = Production.Workloads.Where(workload => workload.Kind == "StatefulSet")
            .SelectMany(workload => Enumerable.Range(0, workload.Object.Number("spec.replicas")!.Value).Select(index => $"{workload.Name}-{index}.{workload.Object.Text("spec.serviceName")}"));
        var known = services.Concat(pods).ToHashSet();
        var hosts = Containers.SelectMany(container => container.Items("env")).SelectMany(variable => Host().Matches(variable.Text("value") ?? "")).Select(match => match.Groups["host"].Value).ToList();

        Assert.NotEmpty(hosts);
        Assert.Empty(hosts.Except(known));
    }

    /// <summary>Files that a pod finds, as far as they are known: those of ConfigMaps, and of secrets.</summary>
    private IEnumerable<string> MountedFiles(JsonObject pod, JsonObject container)
    {
        foreach (var mount in container.Items("volumeMounts"))
        {
            var volume = pod.Items("volumes").FirstOrDefault(candidate => candidate.Text("name") == mount.Text("name"));
            var entries = volume.Text("configMap.name") is { } map ? Production.One("ConfigMap", map).Pairs("data").Keys
                : volume.Text("secret.secretName") is { } secret ? rendered.Secrets[secret]
                : [];
            foreach (var entry in entries)
            {
                yield return $"{mount.Text("mountPath")}/{entry}";
            }
        }
    }

    private static IEnumerable<string> Leaves(JsonNode? node) => node switch
    {
        JsonObject fields => fields.SelectMany(field => Leaves(field.Value)),
        JsonArray items => items.SelectMany(Leaves),
        null => [],
        _ => [node.ToString()],
    };

    private static bool IsReference(string value) => Reference().Match(value) is { Success: true } match && match.Value == value;

    private static IEnumerable<string> Used(string value) => Reference().Matches(value).Select(match => match.Groups["name"].Value);

    [GeneratedRegex("(?i)password|secret|token|apikey|privatekey")]
    private static partial Regex SecretName();

    [GeneratedRegex("(?i)(password|pwd|secret|token|api_?key)=(?<value>[^;\"\\s]*)")]
    private static partial Regex SecretInText();

    // A doubled dollar sign is a dollar sign.
    [GeneratedRegex(@"(?<!\$)(\$\$)*\$\((?<name>[A-Za-z0-9_]+)\)")]
    private static partial Regex Reference();

    [GeneratedRegex(@"(?<![\w/])/(etc/foobar|etc/mysql-tls|opt/mysql-node)/[\w./-]+")]
    private static partial Regex FilePath();

    [GeneratedRegex(@"(https?://|Server=|,)(?<host>[a-z][a-z0-9.-]*):?\d*")]
    private static partial Regex Host();
}
