using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using DockerEngine;

namespace Aspire.Hosting.Run;

/// <summary>The arguments of <c>docker run</c> that WithContainerRuntimeArgs may pass, as settings of a container.</summary>
internal static class ContainerArguments
{
    public static async Task<ContainerSpec> ApplyAsync(ContainerSpec spec, IResource resource, CancellationToken cancellationToken)
    {
        var context = new ContainerRuntimeArgsCallbackContext([], cancellationToken);
        foreach (var annotation in resource.Annotations.OfType<ContainerRuntimeArgsCallbackAnnotation>())
        {
            await annotation.Callback(context);
        }

        var arguments = new Queue<string>(context.Args.SelectMany(a => $"{a}".StartsWith("--", StringComparison.Ordinal) ? $"{a}".Split('=', 2) : [$"{a}"]));
        while (arguments.TryDequeue(out var name))
        {
            if (!arguments.TryDequeue(out var value))
            {
                throw Invalid(resource, name, "has no value");
            }

            try
            {
                spec = Apply(spec, resource, name, value);
            }
            catch (FormatException)
            {
                throw Invalid(resource, name, $"has a value that is not understood: '{value}'");
            }
        }

        return spec;
    }

    private static ContainerSpec Apply(ContainerSpec spec, IResource resource, string name, string value) => name switch
    {
        "--restart" => spec with { RestartPolicy = value },
        "--memory" or "-m" => spec with { MemoryBytes = Bytes(value) },
        "--cpus" => spec with { Cpus = decimal.Parse(value, CultureInfo.InvariantCulture) },
        "--stop-timeout" => spec with { StopTimeout = TimeSpan.FromSeconds(int.Parse(value, CultureInfo.InvariantCulture)) },
        "--ulimit" => spec with { Ulimits = [.. spec.Ulimits, Ulimit(value)] },
        _ => throw Invalid(resource, name, "is not supported by the stand-in: it knows --restart, --memory, --cpus, --stop-timeout and --ulimit"),
    };

    // 512m, 1g, 64k, or bytes.
    private static long Bytes(string value)
    {
        var shift = char.ToLowerInvariant(value[^1]) switch { 'k' => 10, 'm' => 20, 'g' => 30, 'b' or (>= '0' and <= '9') => 0, _ => throw new FormatException() };
        return long.Parse(value.TrimEnd('b', 'B', 'k', 'K', 'm', 'M', 'g', 'G'), CultureInfo.InvariantCulture) << shift;
    }

    // nofile=soft:hard or nofile=both.
    private static UlimitSpec Ulimit(string value)
    {
        var (name, limits) = value.Split('=') is [var left, var right] ? (left, right.Split(':')) : throw new FormatException();
        return new UlimitSpec(name, long.Parse(limits[0], CultureInfo.InvariantCulture), long.Parse(limits[^1], CultureInfo.InvariantCulture));
    }

    private static DistributedApplicationException Invalid(IResource resource, string name, string problem) =>
        new($"The container argument '{name}' of '{resource.Name}' {problem}.");
}
