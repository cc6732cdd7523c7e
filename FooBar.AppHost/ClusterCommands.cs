using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using FooBar.AppHost.MySqlCluster;
using Microsoft.Extensions.Logging;

namespace FooBar.AppHost;

/// <summary>What an operator may ask the coordinator for, as commands of the cluster on the dashboard. The answer and its reason are in the cluster's log.</summary>
internal static partial class ClusterCommands
{
    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(60) };

    public static void AddOperatorCommands(this IResourceBuilder<MySqlClusterResource> cluster, IResourceBuilder<ProjectResource> failover)
    {
        Add("switchover", "Switch over", "ArrowSwap", "Hands the role of primary to the replica that is in sync.", new { });
        Add("pause", "Pause failover", "Pause", "A lost primary is then not replaced by itself.", new { });
        Add("resume", "Resume failover", "Play", "A lost primary is replaced by itself again.", new { });
        foreach (var node in cluster.Resource.Nodes)
        {
            Add($"promote-{node.Name}", $"Promote {node.Name} anyway", "Warning",
                $"Makes {node.Name} primary while the primary does not answer, also when it lacks acknowledged writes.",
                new { node = node.Name, acceptLoss = true }, path: "promote",
                confirmation: $"What the lost primary acknowledged and {node.Name} does not hold is given up for good. Promote {node.Name}?");
        }

        void Add(string name, string display, string icon, string description, object body, string? path = null, string? confirmation = null) =>
            cluster.WithCommand(
                name, display,
                context => AskAsync(failover.GetEndpoint("http"), path ?? name, body, context),
                new CommandOptions { Description = description, IconName = icon, ConfirmationMessage = confirmation });
    }

    private static async Task<ExecuteCommandResult> AskAsync(EndpointReference coordinator, string path, object body, ExecuteCommandContext context)
    {
        try
        {
            using var answer = await Client.PostAsJsonAsync($"{coordinator.Url}/cluster/{path}", body, context.CancellationToken);
            var said = await answer.Content.ReadFromJsonAsync<JsonElement>(context.CancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                return CommandResults.Failure(said.GetProperty("detail").GetString());
            }

            var reason = said.GetProperty("reason").GetString();
            LogAnswer(context.Logger, reason);
            return CommandResults.Success(reason ?? "");
        }
        catch (Exception e) when (e is HttpRequestException or InvalidOperationException or JsonException or TaskCanceledException && !context.CancellationToken.IsCancellationRequested)
        {
            return CommandResults.Failure($"The coordinator did not answer ({e.Message}); see whether failover runs.");
        }
    }

    [LoggerMessage(4002, LogLevel.Information, "{Reason}")]
    private static partial void LogAnswer(ILogger logger, string? reason);
}
