using System.Security.Cryptography;
using FooBar.Data.Consistency;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;

namespace FooBar.Web.Consistency;

/// <summary>
/// Turns the position of a user's last write into a token that only this site can make, and back. A token that is forged, too old
/// or too long is as good as none; the first of each kind is logged.
/// </summary>
internal sealed partial class ConsistencyTokens(IDataProtectionProvider protection, ILogger<ConsistencyTokens> logger)
{
    /// <summary>The most that <c>Data:MaxReplicaLag</c> may be: beside a primary no replica is read that is further behind.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>A genuine one has 176 characters.</summary>
    private const int MaxLength = 256;

    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("FooBar.ConsistencyToken.1").ToTimeLimitedDataProtector();
    private int _toldOversized, _toldUnreadable, _toldNotIssued;

    /// <returns>Null if none can be made now, which has been logged: the write itself has succeeded.</returns>
    public string? Issue(WritePosition position) => Issue(position, Lifetime);

    public WritePosition? Read(string token)
    {
        if (token.Length > MaxLength)
        {
            if (Interlocked.Exchange(ref _toldOversized, 1) == 0)
            {
                LogOversized(token.Length);
            }

            return null;
        }

        try
        {
            return WritePosition.Read(_protector.Unprotect(WebEncoders.Base64UrlDecode(token)));
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            if (Interlocked.Exchange(ref _toldUnreadable, 1) == 0)
            {
                LogUnreadable(e.Message);
            }

            return null;
        }
    }

    internal string? Issue(WritePosition position, TimeSpan lifetime)
    {
        var bytes = new byte[WritePosition.Size];
        position.WriteTo(bytes);
        try
        {
            return WebEncoders.Base64UrlEncode(_protector.Protect(bytes, lifetime));
        }
        catch (CryptographicException e)
        {
            if (Interlocked.Exchange(ref _toldNotIssued, 1) == 0)
            {
                LogNotIssued(e);
            }

            return null;
        }
    }

    [LoggerMessage(2101, LogLevel.Information, "Ignored a consistency token of {Length} characters; further ones are not logged")]
    private partial void LogOversized(int length);

    [LoggerMessage(2102, LogLevel.Information, "Ignored a consistency token that is too old or not ours ({Reason}); further ones are not logged")]
    private partial void LogUnreadable(string reason);

    [LoggerMessage(2103, LogLevel.Warning, "A write was not followed by a consistency token, so that its author may not see it at once; further ones are not logged")]
    private partial void LogNotIssued(Exception reason);
}
