namespace FooBar.Drill.History;

/// <summary>What a user asked for.</summary>
public enum Ask
{
    /// <summary>Make a post.</summary>
    Create,

    /// <summary>Change an own post.</summary>
    Edit,

    /// <summary>Delete an own post.</summary>
    Delete,

    /// <summary>Read an own post.</summary>
    Read,

    /// <summary>Read the newest posts.</summary>
    List,
}
