using System.Net;

namespace FooBar.Failover.Kubernetes;

/// <summary>The API server did not do what it was asked for, or nobody knows whether it did.</summary>
/// <param name="message">What was asked of which object, and the answer.</param>
/// <param name="status">The answer's status; null when there was no answer.</param>
/// <param name="inner">What prevented an answer.</param>
internal sealed class ApiServerException(string message, HttpStatusCode? status, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The object has another version than the one that was to be replaced.</summary>
    public bool Conflict => status == HttpStatusCode.Conflict;

    /// <summary>
    /// Nothing was done, and asking again will not change that. A server error is none: the store behind the API server may have
    /// done the write. Neither is 429, nor 401, which a token that is just being replaced gives.
    /// </summary>
    public bool Refused => status is { } code && (int)code is >= 400 and < 500
        && code is not (HttpStatusCode.Unauthorized or HttpStatusCode.RequestTimeout or HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests);

    public bool Absent => status == HttpStatusCode.NotFound;
}
