using System.Collections.ObjectModel;

namespace Aspire.Hosting.ApplicationModel;

public interface IResource
{
    string Name { get; }
    ResourceAnnotationCollection Annotations { get; }
}

public interface IResourceAnnotation;

public sealed class ResourceAnnotationCollection : Collection<IResourceAnnotation>;

public abstract class Resource : IResource
{
    protected Resource(string name)
    {
        Name = name is { Length: > 0 and <= 64 } && char.IsAsciiLetter(name[0]) && !name.EndsWith('-')
            && !name.Contains("--", StringComparison.Ordinal) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
                ? name
                : throw new ArgumentException($"Resource name '{name}' is invalid: 1 to 64 ASCII letters, digits and single hyphens, the first a letter, the last no hyphen.", nameof(name));
    }

    public virtual string Name { get; }
    public virtual ResourceAnnotationCollection Annotations { get; } = [];
}

public interface IResourceWithEnvironment : IResource;

public interface IResourceWithArgs : IResource;

public interface IResourceWithEndpoints : IResource;

public interface IResourceWithWaitSupport : IResource;

public interface IResourceWithParent : IResource
{
    IResource Parent { get; }
}

public interface IResourceWithParent<out T> : IResourceWithParent where T : IResource
{
    new T Parent { get; }

    IResource IResourceWithParent.Parent => Parent;
}

public class ContainerResource(string name, string? entrypoint = null) : Resource(name), IResourceWithEnvironment, IResourceWithArgs,
    IResourceWithEndpoints, IResourceWithWaitSupport
{
    public string? Entrypoint { get; set; } = entrypoint;
}

public class ExecutableResource : Resource, IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints,
    IResourceWithWaitSupport
{
    public ExecutableResource(string name, string command, string workingDirectory) : base(name) =>
        Annotations.Add(new ExecutableAnnotation { Command = command, WorkingDirectory = workingDirectory });

    public string Command => Annotations.OfType<ExecutableAnnotation>().Last().Command;

    public string WorkingDirectory => Annotations.OfType<ExecutableAnnotation>().Last().WorkingDirectory;
}

public interface IResourceCollection : IList<IResource>
{
    bool TryGetByName(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IResource? resource);
}

internal sealed class ResourceCollection : Collection<IResource>, IResourceCollection
{
    public bool TryGetByName(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IResource? resource) =>
        (resource = this.FirstOrDefault(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase))) is not null;

    protected override void InsertItem(int index, IResource item)
    {
        if (TryGetByName(item.Name, out var existing))
        {
            throw new DistributedApplicationException($"Cannot add resource of type '{item.GetType().Name}' with name '{item.Name}': a resource of type '{existing.GetType().Name}' has that name already.");
        }

        base.InsertItem(index, item);
    }
}

public class DistributedApplicationModel(IResourceCollection resources)
{
    public IResourceCollection Resources { get; } = resources;
}
