using System.Text.Json.Nodes;
using Aspire.Hosting;
using FooBar.AppHost.Publishing;
using FooBar.AppHost.Publishing.Kubernetes;
using FooBar.AppHost.Publishing.Model;
using Microsoft.Extensions.Configuration;

namespace FooBar.Tests.Support.Publishing;

/// <summary>An application model of a test's own, as it would be published for Kubernetes; nothing is written.</summary>
internal sealed class PublishedModel
{
    private readonly Dictionary<string, string> files;

    private PublishedModel(PublishedApplication application)
    {
        Application = application;
        files = KubernetesPublisher.Publish(application, new PublishSettings { Tag = "1.0.0" }).ToDictionary(file => file.Path, file => file.Contents);
    }

    public PublishedApplication Application { get; }

    public string this[string path] => files[path];

    /// <summary>The only container of a service or a cluster.</summary>
    public JsonObject Container(string name) =>
        YamlDocuments.Parse(files[$"base/{name}.yaml"]).Single(item => item.At("spec.template") is not null).Items("spec.template.spec.containers").Single();

    /// <summary>What the process of a container finds in its environment; a secret is its name in angle brackets.</summary>
    public IReadOnlyDictionary<string, string> Environment(string name)
    {
        var environment = new Dictionary<string, string>();
        foreach (var variable in Container(name).Items("env"))
        {
            environment[variable.Text("name")!] = variable.At("valueFrom") switch
            {
                { } from when from.At("secretKeyRef") is not null => $"<{from.Text("secretKeyRef.name")}/{from.Text("secretKeyRef.key")}>",
                { } from => $"<{from.Text("fieldRef.fieldPath")}>",
                null => Expand(variable.Text("value") ?? "", environment),
            };
        }

        return environment;
    }

    public static async Task<PublishedModel> OfAsync(Action<IDistributedApplicationBuilder> compose, params (string Key, string Value)[] configuration)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            Args = ["--operation", "publish", "--step", "publish"], DisableDashboard = true, ProjectDirectory = Path.Combine(Checkout.Root, "FooBar.AppHost"),
        });
        builder.Configuration.AddInMemoryCollection(configuration.ToDictionary(pair => pair.Key, string? (pair) => pair.Value));
        compose(builder);
        await using var app = builder.Build();
        return new PublishedModel(await AppHostPublishing.ReadAsync(app.Services, builder.ExecutionContext, limit.Token));
    }

    // As the kubelet does it: $(NAME) is the variable of that name if there is one, $$ is $.
    private static string Expand(string value, Dictionary<string, string> environment)
    {
        var expanded = new System.Text.StringBuilder();
        for (var i = 0; i < value.Length; i++)
        {
            var end = i + 1 < value.Length && value[i] == '$' && value[i + 1] == '(' ? value.IndexOf(')', i) : -1;
            if (value[i] == '$' && i + 1 < value.Length && value[i + 1] == '$')
            {
                expanded.Append(value[i++]);
            }
            else if (end > 0)
            {
                expanded.Append(environment.GetValueOrDefault(value[(i + 2)..end], value[i..(end + 1)]));
                i = end;
            }
            else
            {
                expanded.Append(value[i]);
            }
        }

        return expanded.ToString();
    }
}
