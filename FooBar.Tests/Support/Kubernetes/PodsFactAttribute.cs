namespace FooBar.Tests.Support.Kubernetes;

/// <summary>A test that stands in for a node of Kubernetes: it answers names on port 53 and reaches containers by their addresses.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PodsFactAttribute : FactAttribute
{
    public PodsFactAttribute() => Skip = Missing;

    /// <summary>Why it cannot run here; null where it can.</summary>
    public static string? Missing { get; } =
        OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess ? null : "Pods need Linux, its own container engine, and root.";
}

/// <summary>The same with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PodsTheoryAttribute : TheoryAttribute
{
    public PodsTheoryAttribute() => Skip = PodsFactAttribute.Missing;
}
