using System.Text.Json.Nodes;

namespace FooBar.Drill.Stack;

/// <summary>
/// A port of the host has one owner, so the compose file has one gateway; where processes share the host they are two on one port.
/// Here the gateway's container keeps its networks and its ports and does nothing else, and two gateways run in its network.
/// </summary>
internal static class TwoGateways
{
    public const string Network = "gateway";

    public static readonly IReadOnlyList<(string Service, int ManagementPort)> All = [("gateway-1", 8404), ("gateway-2", 8405)];

    /// <summary>Adds to a file that overrides the published one.</summary>
    public static void AddTo(JsonObject overrides, JsonObject published)
    {
        var services = overrides["services"]!.AsObject();
        services[Network] = new JsonObject
        {
            ["image"] = published["services"]!["mysql-0"]!["image"]!.GetValue<string>(), // it has a shell's commands, and is here anyway
            ["entrypoint"] = new JsonArray("sleep", "infinity"),
            ["stop_signal"] = "SIGKILL",
        };
        foreach (var (name, port) in All)
        {
            var gateway = published["services"]![Network]!.DeepClone().AsObject();
            gateway.Remove("networks");
            gateway.Remove("ports");
            gateway["network_mode"] = $"service:{Network}";
            gateway["environment"]!["Gateway__ManagementPort"] = $"{port}";
            gateway["environment"]!["OTEL_SERVICE_NAME"] = name;
            services[name] = gateway;
        }
    }
}
