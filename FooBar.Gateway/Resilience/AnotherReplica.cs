using FooBar.Gateway.Health;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace FooBar.Gateway.Resilience;

/// <summary>
/// A request that a replica did not answer is asked of another one, once: if it may be repeated (RFC 9110, 9.2.1: safe methods), or
/// if it was never sent, because there was no connection to send it over. Nothing else is repeated: the replica may have done it.
/// One that accepts no connections is avoided until a probe has told how it is.
/// </summary>
internal static partial class AnotherReplica
{
    public static void UseAnotherReplica(this IReverseProxyApplicationBuilder proxy)
    {
        var logger = proxy.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(AnotherReplica));
        var health = proxy.ApplicationServices.GetRequiredService<IDestinationHealthUpdater>();
        proxy.Use(async (context, next) =>
        {
            await next(context);

            if (IsUnsent(context.Features.Get<IForwarderErrorFeature>()?.Exception))
            {
                var unreachable = context.GetReverseProxyFeature();
                health.SetPassive(unreachable.Route.Cluster!, unreachable.ProxiedDestination!, DestinationHealth.Unhealthy, ReplicaHealth.AvoidFor);
            }

            if (MayBeRepeated(context) && Others(context) is { Count: > 0 } others)
            {
                var failed = context.GetReverseProxyFeature().ProxiedDestination!.DestinationId;
                Repeated(logger, failed, context.Request.Method, context.Request.Path.ToUriComponent());
                context.Features.Set<IForwarderErrorFeature>(null);
                context.Response.Clear();
                context.GetReverseProxyFeature().AvailableDestinations = others;
                await next(context);
            }
        });
    }

    private static bool MayBeRepeated(HttpContext context) =>
        !context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested
        && context.Features.Get<IForwarderErrorFeature>() is { } failure
        && (IsUnsent(failure.Exception) || (failure.Error == ForwarderError.Request && IsSafe(context.Request.Method)));

    // A connection that nobody accepts in time, because its host is gone, is told apart from an answer that does not come only by
    // the exception inside: YARP calls both a request that timed out.
    private static bool IsUnsent(Exception? failure) => failure
        is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError }
        or OperationCanceledException { InnerException: TimeoutException };

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    private static IReadOnlyList<DestinationState> Others(HttpContext context)
    {
        var feature = context.GetReverseProxyFeature();
        return BestOddsPolicy.Of([.. feature.AllDestinations.Where(destination => destination != feature.ProxiedDestination)]);
    }

    [LoggerMessage(1102, LogLevel.Information, "{Replica} did not answer {Method} {Path}; another replica is asked")]
    private static partial void Repeated(ILogger logger, string replica, string method, string path);
}
