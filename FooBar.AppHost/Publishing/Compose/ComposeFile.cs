namespace FooBar.AppHost.Publishing.Compose;

/// <summary>A compose file, as far as it is used here (https://compose-spec.io).</summary>
internal sealed record ComposeFile(
    IReadOnlyDictionary<string, ComposeService> Services,
    IReadOnlyDictionary<string, ComposeFile.Network> Networks,
    IReadOnlyDictionary<string, ComposeFile.Volume> Volumes)
{
    /// <param name="Internal">True for a network without a way out.</param>
    public sealed record Network(bool? Internal = null);

    public sealed record Volume;
}
