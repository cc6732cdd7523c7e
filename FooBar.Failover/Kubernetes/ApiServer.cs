using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Microsoft.Extensions.Options;

namespace FooBar.Failover.Kubernetes;

/// <summary>
/// Reads and replaces the coordinator's two objects. No call takes longer than <see cref="KubernetesOptions.RequestTimeout"/>.
/// </summary>
internal sealed class ApiServer(IKubernetes client, IOptions<FailoverOptions> options, TimeProvider clock)
{
    private readonly KubernetesOptions _settings = options.Value.Kubernetes;

    /// <summary>The journal's object, for people.</summary>
    public string Journal => $"ConfigMap {_settings.Namespace}/{_settings.Journal}";

    /// <summary>The lease's object, for people.</summary>
    public string Lease => $"Lease {_settings.Namespace}/{_settings.Lease}";

    /// <exception cref="ApiServerException">There was no answer, or another one than the object.</exception>
    public Task<V1ConfigMap> ReadJournalAsync(CancellationToken cancellationToken) => CallAsync(
        "GET",
        Journal,
        limit => client.CoreV1.ReadNamespacedConfigMapAsync(_settings.Journal, _settings.Namespace, cancellationToken: limit),
        cancellationToken);

    /// <summary>Replaces the ConfigMap, provided that it still has the <c>resourceVersion</c> of <paramref name="content"/>.</summary>
    /// <returns>The ConfigMap with its new version.</returns>
    /// <exception cref="ApiServerException">It was not replaced, or it is not known whether it was.</exception>
    public Task<V1ConfigMap> ReplaceJournalAsync(V1ConfigMap content, CancellationToken cancellationToken) => CallAsync(
        "PUT",
        Journal,
        limit => client.CoreV1.ReplaceNamespacedConfigMapAsync(content, _settings.Journal, _settings.Namespace, cancellationToken: limit),
        cancellationToken);

    /// <exception cref="ApiServerException">There was no answer, or another one than the object.</exception>
    public Task<V1Lease> ReadLeaseAsync(CancellationToken cancellationToken) => CallAsync(
        "GET",
        Lease,
        limit => client.CoordinationV1.ReadNamespacedLeaseAsync(_settings.Lease, _settings.Namespace, cancellationToken: limit),
        cancellationToken);

    /// <summary>Replaces the Lease, provided that it still has the <c>resourceVersion</c> of <paramref name="content"/>.</summary>
    /// <returns>The Lease with its new version.</returns>
    /// <exception cref="ApiServerException">It was not replaced, or it is not known whether it was.</exception>
    public Task<V1Lease> ReplaceLeaseAsync(V1Lease content, CancellationToken cancellationToken) => CallAsync(
        "PUT",
        Lease,
        limit => client.CoordinationV1.ReplaceNamespacedLeaseAsync(content, _settings.Lease, _settings.Namespace, cancellationToken: limit),
        cancellationToken);

    private async Task<T> CallAsync<T>(
        string method, string target, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_settings.RequestTimeout, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await call(limit.Token) ?? throw new JsonException("the answer is no object");
        }
        catch (HttpOperationException e)
        {
            var status = e.Response.StatusCode;
            throw new ApiServerException($"{method} of {target} was answered {(int)status}: {Message(e.Response.Content)}", status, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw NoAnswer($"within {_settings.RequestTimeout.TotalSeconds:0.#} s", e);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw NoAnswer($"({(e.InnerException ?? e).Message})", e);
        }

        ApiServerException NoAnswer(string why, Exception e) =>
            new($"{method} of {target} was not answered by {client.BaseUri} {why}", status: null, e);
    }

    // The API server explains itself in an object of kind Status; a proxy before it may answer anything.
    private static string Message(string body)
    {
        try
        {
            return KubernetesJson.Deserialize<V1Status>(body)?.Message is { Length: > 0 } message ? message : "no message";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return "no message";
        }
    }
}
