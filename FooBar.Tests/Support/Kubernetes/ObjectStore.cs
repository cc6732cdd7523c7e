using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FooBar.Tests.Support.Kubernetes;

/// <summary>Objects with versions, as the API server keeps them: a write names the version that it replaces, or fails.</summary>
internal sealed partial class ObjectStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, JsonObject> _objects = [];
    private long _version = 100;

    /// <summary>A copy; null when there is none.</summary>
    public JsonObject? Find(string path)
    {
        lock (_gate)
        {
            return _objects.TryGetValue(path, out var found) ? (JsonObject)found.DeepClone() : null;
        }
    }

    public void Create(string path, JsonObject content)
    {
        lock (_gate)
        {
            content["metadata"]!["resourceVersion"] = $"{++_version}";
            _objects.Add(path, content);
        }
    }

    public void Remove(string path)
    {
        lock (_gate)
        {
            _objects.Remove(path);
        }
    }

    /// <summary>Somebody else changes an object.</summary>
    public void Edit(string path, Action<JsonObject> change)
    {
        var changed = Find(path)!;
        change(changed);
        if (Replace(path, changed).Status != 200)
        {
            throw new InvalidOperationException("Two writers at once in a test.");
        }
    }

    /// <returns>The status and, with 200, the object as it is now.</returns>
    public (int Status, JsonObject? Now) Replace(string path, JsonObject content)
    {
        lock (_gate)
        {
            if (!_objects.TryGetValue(path, out var before))
            {
                return (404, null);
            }

            var version = before["metadata"]!["resourceVersion"]!.GetValue<string>();
            if (content["metadata"]?["resourceVersion"]?.GetValue<string>() != version)
            {
                return (409, null);
            }

            if (content["spec"] is JsonObject spec && !(IsMicroTime(spec["acquireTime"]) && IsMicroTime(spec["renewTime"])))
            {
                return (400, null);
            }

            // A write that changes nothing keeps the version.
            if (!JsonNode.DeepEquals(before, content))
            {
                content["metadata"]!["resourceVersion"] = $"{++_version}";
                _objects[path] = (JsonObject)content.DeepClone();
            }

            return (200, content);
        }
    }

    // As the API server reads a MicroTime: with six digits, no more and no less.
    private static bool IsMicroTime(JsonNode? time) => time is null || MicroTime().IsMatch(time.GetValue<string>());

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$")]
    private static partial Regex MicroTime();
}
