using System.Net;

namespace FooBar.Gateway.Discovery;

/// <summary>A host name and the addresses of its last good answer. A failed or empty answer changes nothing and is logged once.</summary>
internal sealed partial class FollowedName(string host, IAddressLookup lookup, TimeSpan timeLimit, TimeProvider time, ILogger logger)
{
    private Task<IPAddress[]>? _underWay;
    private bool _isFailing;

    public IReadOnlyList<IPAddress> Addresses { get; private set; } = [];

    public async Task RefreshAsync(CancellationToken ct)
    {
        try
        {
            // A lookup that outlived its limit goes on in the system's resolver: it is waited for again, not repeated, so that
            // a silent name server does not heap them up.
            _underWay ??= lookup.FindAsync(host);
            var answer = await _underWay.WaitAsync(timeLimit, time, ct);
            if (answer.Length == 0)
            {
                Failed("it has no address");
            }
            else
            {
                Answered([.. answer.Distinct().OrderBy(address => address.ToString(), StringComparer.Ordinal)]);
            }
        }
        catch (Exception failure) when (!ct.IsCancellationRequested)
        {
            Failed(failure is TimeoutException ? $"no answer within {timeLimit.TotalMilliseconds} ms" : failure.Message);
        }
        finally
        {
            if (_underWay is { IsCompleted: true })
            {
                _underWay = null;
            }
        }
    }

    private void Answered(IPAddress[] addresses)
    {
        if (_isFailing || !addresses.SequenceEqual(Addresses))
        {
            Resolved(host, string.Join(", ", addresses.AsEnumerable()));
        }

        _isFailing = false;
        Addresses = addresses;
    }

    private void Failed(string reason)
    {
        if (!_isFailing)
        {
            NotResolved(host, reason, Addresses.Count);
        }

        _isFailing = true;
    }

    [LoggerMessage(1300, LogLevel.Information, "{Host} resolves to {Addresses}.")]
    private partial void Resolved(string host, string addresses);

    [LoggerMessage(1301, LogLevel.Warning, "{Host} does not resolve, its {Count} known addresses stay in use: {Reason}")]
    private partial void NotResolved(string host, string reason, int count);
}
