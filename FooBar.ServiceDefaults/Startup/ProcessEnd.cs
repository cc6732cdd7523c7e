using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FooBar.ServiceDefaults.Startup;

/// <summary>
/// For a service that must not go on. It stops in order and its process ends with code 1, so that whoever runs it starts it anew.
/// </summary>
public sealed partial class ProcessEnd(IHostApplicationLifetime lifetime, ILogger<ProcessEnd> logger)
{
    private volatile bool _early;

    internal bool Early => _early;

    /// <param name="reason">Why, in one sentence.</param>
    public void Because(string reason)
    {
        LogEnd(reason);
        _early = true;
        lifetime.StopApplication();
    }

    [LoggerMessage(120, LogLevel.Critical, "This process ends, to be started anew: {Reason}")]
    private partial void LogEnd(string reason);
}
