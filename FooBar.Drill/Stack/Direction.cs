namespace FooBar.Drill.Stack;

/// <summary>Which packets of a cut link vanish, as the service sees it that is cut off.</summary>
public enum Direction
{
    /// <summary>All.</summary>
    Both,

    /// <summary>What the others send it.</summary>
    In,

    /// <summary>What it sends to the others.</summary>
    Out,
}
