namespace FooBar.AppHost.MySqlCluster;

/// <summary>The images of MySQL. Both are of one series: its nodes replicate from each other and clone each other.</summary>
internal static class MySqlImages
{
    /// <summary>9.7.2 for every platform that it exists for; on the developer's machine Aspire's tag of the series is used.</summary>
    public const string Published = "docker.io/library/mysql:9.7.2@sha256:29abb0a179982e4a8928138bfc7f918af9eda64e7eeb1b1d084c1720a20159e6";
}
