namespace FooBar.Tests.Support.Kubernetes;

/// <summary>What can go wrong with one request to the API server.</summary>
internal enum Fault
{
    None,

    /// <summary>Nothing is done and nothing is answered.</summary>
    Hang,

    /// <summary>It answers 500 and has done nothing.</summary>
    Error,

    /// <summary>It does what was asked for and answers 500.</summary>
    DoneThenError,

    /// <summary>It does what was asked for, and the connection breaks.</summary>
    DoneThenLost,

    /// <summary>It does what was asked for, sends the beginning of the answer and then nothing.</summary>
    DoneThenHalf,

    /// <summary>It does what was asked for, and answers when <see cref="FakeKubernetesApi.DeliverLate"/> is called.</summary>
    DoneThenSlow,

    /// <summary>It answers nothing, and does what was asked for when <see cref="FakeKubernetesApi.DeliverLate"/> is called.</summary>
    Late,
}

/// <summary>One request as the API server's rules (RBAC) see it.</summary>
/// <param name="Verb"><c>get</c> or <c>update</c>.</param>
/// <param name="Resource"><c>configmaps/failover-journal</c>.</param>
/// <param name="Token">The bearer token.</param>
internal sealed record Call(string Verb, string Resource, string Token);
