using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FooBar.ServiceDefaults.Startup;

/// <summary>Stops a service that must not go on, in order. Its process ends with code 1, so that it is started again.</summary>
public sealed partial class ProcessEnd(IHostApplicationLifetime lifetime, ILogger<ProcessEnd> logger)
{
    private volatile bool _early;

    /// <summary>For the end of Program.cs: 1 after <see cref="Because"/>, else 0.</summary>
    public int ExitCode => _early ? 1 : 0;

    /// <param name="reason">Why, in one sentence.</param>
    public void Because(string reason)
    {
        LogEnd(reason);
        _early = true;

        // If the host is still starting, it stops once it has started: a start that is interrupted ends in an exception.
        lifetime.ApplicationStarted.Register(lifetime.StopApplication);
    }

    [LoggerMessage(120, LogLevel.Critical, "This process ends, to be started anew: {Reason}")]
    private partial void LogEnd(string reason);
}
