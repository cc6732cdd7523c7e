using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FooBar.Tests.Support.Publishing;

/// <summary>The schemas of Kubernetes and of the kinds beside it, as their projects publish them.</summary>
internal static class Schemas
{
    /// <summary>What is wrong with each object, in the order of the objects; a field that no schema knows is wrong too.</summary>
    public static async Task<IReadOnlyList<IReadOnlyList<string>>> MistakesAsync(IEnumerable<JsonNode> objects)
    {
        var program = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "FooBar.Tests", "Integration", "Publishing", "Schemas", "validate.mjs"));
        var start = new ProcessStartInfo(PreparedTools.Node, ["--input-type=module", "--eval", program]) { WorkingDirectory = PreparedTools.Schemas };
        var run = await ProgramRun.OfAsync(start, TimeSpan.FromSeconds(60), JsonSerializer.Serialize(objects));
        Assert.True(run.ExitCode == 0, run.Errors);
        return JsonSerializer.Deserialize<string[][]>(run.Output)!;
    }
}
