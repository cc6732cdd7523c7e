using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Integration.Publishing;

/// <summary>Who may do what in production, and how many there are.</summary>
[Collection(ShareRenderedOverlays.Name)]
public sealed class AvailabilityTests(RenderedOverlays rendered)
{
    private Overlay Production => rendered.Production;

    [Fact]
    public void Accounts_OfThePods_HaveATokenOnlyWhereItIsUsed()
    {
        Assert.All(Production.Workloads, workload =>
        {
            Assert.Equal(workload.Name, workload.Pod.Text("serviceAccountName"));
            Assert.Equal(workload.Name == "failover", workload.Pod.Flag("automountServiceAccountToken"));
            Assert.False(Production.One("ServiceAccount", workload.Name).Flag("automountServiceAccountToken"));
        });
        Assert.Equal(Production.Workloads.Select(workload => workload.Name).Order(), Production.Of("ServiceAccount").Select(account => account.Text("metadata.name")).Order());
    }

    [Fact]
    public void Coordinator_MayReadAndWriteItsLeaseAndItsJournalAndNothingElse()
    {
        Assert.Empty(Production.Of("ClusterRole").Concat(Production.Of("ClusterRoleBinding")));
        var rules = Assert.Single(Production.Of("Role")).Items("rules").Select(rule =>
            (Group: rule.Texts("apiGroups"), Resource: rule.Texts("resources"), Name: rule.Texts("resourceNames"), Verbs: rule.Texts("verbs"))).ToList();

        Assert.Equal(2, rules.Count);
        Assert.All(rules, rule => Assert.Equal(["get", "update"], rule.Verbs));
        Assert.Contains(rules, rule => rule is { Group: [""], Resource: ["configmaps"], Name: [var name] } && Production.One("ConfigMap", name) is not null);
        Assert.Contains(rules, rule => rule is { Group: ["coordination.k8s.io"], Resource: ["leases"], Name: [var name] } && Production.One("Lease", name) is not null);

        var binding = Assert.Single(Production.Of("RoleBinding"));
        Assert.Equal(("Role", Assert.Single(Production.Of("Role")).Text("metadata.name")), (binding.Text("roleRef.kind"), binding.Text("roleRef.name")));
        var subject = Assert.Single(binding.Items("subjects"));
        Assert.Equal(("ServiceAccount", "failover", "foobar"), (subject.Text("kind"), subject.Text("name"), subject.Text("namespace")));
    }

    // Written by the coordinator: an entry that is published would come back with every deployment.
    [Fact]
    public void Journal_AndLease_ArePublishedEmpty()
    {
        Assert.Null(Production.One("ConfigMap", "failover-journal")["data"]);
        Assert.Null(Production.One("Lease", "failover")["spec"]);
    }

    [Fact]
    public void Coordinator_EndsBeforeItsSuccessorBegins() => Assert.Equal(
        (1, "Recreate"), (Production.One("Deployment", "failover").Number("spec.replicas"), Production.One("Deployment", "failover").Text("spec.strategy.type")));

    [Theory]
    [InlineData("gateway")]
    [InlineData("web")]
    [InlineData("mysql")]
    public void Workload_OfSeveralPods_LosesOneAtATime(string name)
    {
        var budget = Production.One("PodDisruptionBudget", name);

        Assert.Equal(1, budget.Number("spec.maxUnavailable"));
        if (name != "mysql")
        {
            Assert.Equal((1, 0), (Rolling("maxSurge"), Rolling("maxUnavailable")));
            Assert.Single(Production.Of("HorizontalPodAutoscaler"), scaler => scaler.Text("spec.scaleTargetRef.name") == name);
        }

        int? Rolling(string field) => Production.One("Deployment", name).Number($"spec.strategy.rollingUpdate.{field}");
    }

    [Fact]
    public void Services_OfReplicas_ListThePodsThemselves()
    {
        Assert.All(["web", "mysql"], name => Assert.Equal("None", Production.One("Service", name).Text("spec.clusterIP")));
        Assert.True(Production.One("Service", "mysql").Flag("spec.publishNotReadyAddresses"));
        Assert.NotEqual(true, Production.One("Service", "web").Flag("spec.publishNotReadyAddresses"));
    }

    [Fact]
    public void MySql_Nodes_HaveAVolumeEachAndNumbersOfTheirOwn()
    {
        var set = Production.One("StatefulSet", "mysql");
        var server = Assert.Single(set.Items("spec.template.spec.containers"));

        Assert.Equal((2, "mysql"), (set.Number("spec.replicas"), set.Text("spec.serviceName")));
        Assert.Equal("Retain", set.Text("spec.persistentVolumeClaimRetentionPolicy.whenDeleted"));
        Assert.Equal("/var/lib/mysql", Assert.Single(server.Items("volumeMounts"), mount => mount.Text("name") == set.Items("spec.volumeClaimTemplates").Single().Text("metadata.name")).Text("mountPath"));
        Assert.Equal(["--server-id=1$(POD_INDEX)", "--report-host=$(POD_NAME).mysql"], server.Texts("args").Where(argument => argument.Contains("$(", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Namespace_OfProduction_RefusesWhatIsNotRestricted()
    {
        var space = Assert.Single(YamlDocuments.Parse(await File.ReadAllTextAsync(Path.Combine(rendered.Published.Path, "namespace.yaml"))));

        Assert.Equal("foobar", space.Text("metadata.name"));
        Assert.Equal("restricted", space.Pairs("metadata.labels")["pod-security.kubernetes.io/enforce"]);
        Assert.Null(KubernetesModels.Mistake(space));
    }
}
