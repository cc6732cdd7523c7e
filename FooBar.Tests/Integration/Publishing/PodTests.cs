using System.Text.Json.Nodes;
using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Integration.Publishing;

/// <summary>What every pod of production promises, whatever is added to the application model.</summary>
[Collection(ShareRenderedOverlays.Name)]
public sealed class PodTests(RenderedOverlays rendered)
{
    private IEnumerable<Workload> Workloads => rendered.Production.Workloads;

    [Fact]
    public void Workloads_OfProduction_AreThoseOfTheModel()
    {
        var application = rendered.Published.Application;

        Assert.Equal(
            application.Services.Select(service => ("Deployment", service.Name)).Concat(application.Clusters.Select(cluster => ("StatefulSet", cluster.Name))).Order(),
            Workloads.Select(workload => (workload.Kind, workload.Name)).Order());
    }

    [Fact]
    public void Pods_OfEveryOverlay_AreRestricted() => Assert.Empty(
        rendered.All.SelectMany(overlay => overlay.Workloads.SelectMany(workload => PodSecurity.Violations(workload.Pod).Select(violation => $"{overlay.Name}: {workload.Name}: {violation}"))));

    [Theory]
    [InlineData("hostPID", "true")]
    [InlineData("securityContext.runAsNonRoot", null)]
    [InlineData("securityContext.runAsUser", "0")]
    [InlineData("securityContext.seccompProfile", "{\"type\": \"Unconfined\"}")]
    [InlineData("securityContext.sysctls", "[{\"name\": \"kernel.msgmax\", \"value\": \"1\"}]")]
    [InlineData("securityContext.seLinuxOptions", "{\"type\": \"spc_t\"}")]
    [InlineData("volumes", "[{\"name\": \"tmp\", \"hostPath\": {\"path\": \"/tmp\"}}]")]
    [InlineData("containers.0.securityContext.allowPrivilegeEscalation", null)]
    [InlineData("containers.0.securityContext.capabilities", "{\"drop\": [\"NET_RAW\"]}")]
    [InlineData("containers.0.securityContext.capabilities.add", "[\"SYS_ADMIN\"]")]
    [InlineData("containers.0.securityContext.privileged", "true")]
    [InlineData("containers.0.securityContext.procMount", "\"Unmasked\"")]
    [InlineData("containers.0.ports", "[{\"containerPort\": 8080, \"hostPort\": 8080}]")]
    [InlineData("containers.0.readinessProbe.httpGet.host", "\"192.0.2.1\"")]
    public void Pod_WithOneThingThatIsForbidden_IsNotRestricted(string path, string? json)
    {
        var pod = (JsonObject)Workloads.First().Pod.DeepClone();
        var parent = path.Split('.')[..^1].Aggregate((JsonNode)pod, (node, name) => name == "0" ? node[0]! : node[name]!);
        parent[path.Split('.')[^1]] = json is null ? null : JsonNode.Parse(json);

        Assert.Single(PodSecurity.Violations(pod));
    }

    [Fact]
    public void Containers_OfEveryPod_HaveAReadOnlyRootAndFixedUsers() => Assert.All(Workloads, workload =>
    {
        Assert.All(workload.Containers, container => Assert.True(container.Flag("securityContext.readOnlyRootFilesystem"), workload.Name));
        Assert.Equal(workload.Kind == "StatefulSet" ? 999 : 1654, workload.Pod.Number("securityContext.runAsUser"));
        Assert.Equal(workload.Pod.Number("securityContext.runAsUser"), workload.Pod.Number("securityContext.fsGroup"));
    });

    [Fact]
    public void Containers_OfEveryPod_HaveRequestsAndLimits() => Assert.All(Workloads.SelectMany(workload => workload.Containers), container =>
    {
        Assert.All(["cpu", "memory"], resource => Assert.NotNull(container.Text($"resources.requests.{resource}")));
        Assert.All(["memory", "ephemeral-storage"], resource => Assert.NotNull(container.Text($"resources.limits.{resource}")));
    });

    [Fact]
    public void Containers_OfEveryPod_HaveThreeProbes() => Assert.All(Workloads.SelectMany(workload => workload.Pod.Items("containers")), container =>
        Assert.All(["startupProbe", "readinessProbe", "livenessProbe"], probe =>
        {
            Assert.NotNull(container.At($"{probe}.httpGet") ?? container.At($"{probe}.exec.command"));
            Assert.True(container.Number($"{probe}.timeoutSeconds") > 1, $"{container.Text("name")}: {probe}");
            if (container.Text($"{probe}.httpGet.port") is { } port)
            {
                Assert.Contains(port, container.Items("ports").Select(own => own.Text("name")));
                Assert.Equal(probe == "readinessProbe" ? "/health" : "/alive", container.Text($"{probe}.httpGet.path"));
            }
        }));

    // Recovery after a crash takes as long as it takes: nothing kills a server that is busy with it.
    [Fact]
    public void MySql_Recovering_IsGivenHours()
    {
        var server = Assert.Single(Workloads.Single(workload => workload.Kind == "StatefulSet").Containers);

        Assert.True(server.Number("startupProbe.periodSeconds") * server.Number("startupProbe.failureThreshold") >= 12 * 3600);
        Assert.True(server.Number("livenessProbe.periodSeconds") * server.Number("livenessProbe.failureThreshold") >= 300);
    }

    [Fact]
    public void Pods_OfEveryWorkload_AreSpreadOrKeptApart() => Assert.All(Workloads, workload =>
    {
        var terms = workload.Pod.Items("topologySpreadConstraints")
            .Concat(workload.Pod.Items("affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution").Select(preferred => (JsonObject)preferred["podAffinityTerm"]!))
            .Concat(workload.Pod.Items("affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution")).ToList();
        Assert.Contains(terms, term => term.Text("topologyKey") == "kubernetes.io/hostname");
        Assert.All(terms, term => Assert.True(LabelSelector.Matches(term["labelSelector"], workload.Labels), workload.Name));

        // It has to run on a cluster of one node, too.
        Assert.All(workload.Pod.Items("topologySpreadConstraints"), constraint => Assert.Equal("ScheduleAnyway", constraint.Text("whenUnsatisfiable")));
        Assert.Null(workload.Pod.At("affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution"));
    });

    [Fact]
    public void Pods_ThatServeUsers_DrainWithinTheirGracePeriod() => Assert.All(Workloads, workload =>
    {
        var container = workload.Pod.Items("containers").Single();
        var grace = workload.Pod.Number("terminationGracePeriodSeconds");
        switch (workload.Name)
        {
            case "gateway" or "web":
                // Time for everybody to learn that it ends, then time for what is under way.
                Assert.InRange(container.Number("lifecycle.preStop.sleep.seconds") ?? 0, 5, 15);
                Assert.True(grace >= container.Number("lifecycle.preStop.sleep.seconds") + 15, workload.Name);
                break;
            case "mysql":
                Assert.Equal(["/opt/mysql-node/offline"], container.Texts("lifecycle.preStop.exec.command"));
                Assert.True(grace >= 60);
                break;
            default:
                Assert.True(grace >= 15, workload.Name);
                break;
        }
    });

    [Fact]
    public void Images_OfEveryPod_AreOneVersion() => Assert.All(Workloads, workload => Assert.All(workload.Containers, container =>
    {
        var image = container.Text("image")!;
        if (workload.Kind == "StatefulSet")
        {
            Assert.Matches("@sha256:[0-9a-f]{64}$", image);
        }
        else
        {
            Assert.Matches("^foobar/[a-z]+:[0-9]+\\.[0-9]+\\.[0-9]+$", image);
        }

        Assert.DoesNotContain(":latest", image, StringComparison.Ordinal);
        Assert.Equal("IfNotPresent", container.Text("imagePullPolicy"));
    }));
}
