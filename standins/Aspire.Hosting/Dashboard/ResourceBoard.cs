using System.Text.Json;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Dashboard;

/// <summary>The latest view of every resource. A reader asks for what changed since it last looked, so a slow one queues nothing.</summary>
internal sealed class ResourceBoard(DistributedApplicationModel model, ResourceNotificationService notifications, ResourceLoggerService consoles)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (ResourceEvent Event, string? LastError)> _resources = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, (ResourceView View, string Json, long Version)> _views = new(StringComparer.OrdinalIgnoreCase);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _version;

    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        await foreach (var update in notifications.WatchAsync(cancellationToken))
        {
            var lastError = update.Snapshot.State?.Text == KnownResourceStates.FailedToStart ? await LastErrorAsync(update.Resource, cancellationToken) : null;
            lock (_lock)
            {
                _resources[update.ResourceId] = (update, lastError);
                Refresh();
            }
        }
    }

    /// <summary>
    /// The views that are newer than <paramref name="version"/>, the version they make, and when to ask again. Who asks for the
    /// first time hears nothing of what is hidden; who has seen it hears that it is.
    /// </summary>
    public (ResourceView[] Views, long Version, Task Changed) Since(long version)
    {
        lock (_lock)
        {
            return ([.. _views.Values.Where(v => v.Version > version && (version > 0 || !v.View.IsHidden)).Select(v => v.View).OrderBy(v => v.Order)], _version, _changed.Task);
        }
    }

    public (ResourceEvent Event, ResourceView View)? Find(string id)
    {
        lock (_lock)
        {
            return _resources.TryGetValue(id, out var known) ? (known.Event, _views[id].View) : null;
        }
    }

    // One resource's state is another's reason to wait, so all are looked at again; only those that look different are new.
    private void Refresh()
    {
        var changed = false;
        foreach (var (id, (current, lastError)) in _resources)
        {
            var view = ResourceView.Of(current, model.Resources.IndexOf(current.Resource), SnapshotOf, lastError);
            var json = JsonSerializer.Serialize(view);
            if (!_views.TryGetValue(id, out var former) || former.Json != json)
            {
                _views[id] = (view, json, _version + 1);
                changed = true;
            }
        }

        if (changed)
        {
            _version++;
            _changed.SetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private CustomResourceSnapshot? SnapshotOf(string name) => _resources.TryGetValue(name, out var known) ? known.Event.Snapshot : null;

    private async Task<string?> LastErrorAsync(IResource resource, CancellationToken cancellationToken)
    {
        await foreach (var lines in consoles.GetAllAsync(resource).WithCancellation(cancellationToken))
        {
            if (lines.LastOrDefault(l => l.IsErrorMessage).Content is { } line)
            {
                // Each line begins with the time at which it was written.
                return line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..].Split('\n')[0];
            }
        }

        return null;
    }
}
