using FooBar.Gateway.Health;
using FooBar.ServiceDefaults.Proxies;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace FooBar.Gateway.Resilience;

/// <summary>
/// A request that a replica did not answer is asked of another one, once: if it may be repeated (a safe method, RFC 9110, 9.2.1, or a
/// write with a key, <see cref="RepeatableWrites"/>), or if it was never sent, because there was no connection to send it over. A replica
/// did not answer if its connection broke, or if probes find it silent while the answer has not begun. One that accepts no
/// connections is avoided until a probe has told how it is.
/// </summary>
internal static partial class AnotherReplica
{
    private static readonly object Repetition = new();

    public static void UseAnotherReplica(this IReverseProxyApplicationBuilder proxy)
    {
        var logger = proxy.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(AnotherReplica));
        var health = proxy.ApplicationServices.GetRequiredService<IDestinationHealthUpdater>();
        proxy.Use(async (context, next) =>
        {
            await next(context);

            if (context.Features.Get<IForwarderErrorFeature>() is not { } failure)
            {
                return;
            }

            var (proxied, isUnsent) = (context.GetReverseProxyFeature(), IsUnsent(failure.Exception));
            if (isUnsent)
            {
                health.SetPassive(proxied.Route.Cluster!, proxied.ProxiedDestination!, DestinationHealth.Unhealthy, ReplicaHealth.AvoidFor);
            }

            if (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested
                && (isUnsent || (MayBeRepeated(context) && IsNoAnswer(failure.Error))) && Others(proxied) is { Count: > 0 } others)
            {
                if (!isUnsent)
                {
                    context.Request.Headers[GatewayHeaders.AskedAgain] = "1";
                }

                Repeated(logger, proxied.ProxiedDestination!.DestinationId, context.Request.Method, context.Request.Path.ToUriComponent());
                context.Features.Set<IForwarderErrorFeature>(null);
                context.Response.Clear();
                proxied.AvailableDestinations = others;
                context.Items[Repetition] = true;
                if (context.Request.Body is { CanSeek: true } kept)
                {
                    kept.Position = 0;
                }

                await next(context);
            }
        });
    }

    /// <summary>Behind the choice of a replica: who waits for a silent one is let go, if another may be asked, which it is once.</summary>
    public static void UseDismissals(this IReverseProxyApplicationBuilder proxy)
    {
        var dismissals = proxy.ApplicationServices.GetRequiredService<Dismissals>();
        proxy.Use(async (context, next) =>
        {
            if (!MayBeRepeated(context) || context.Items.ContainsKey(Repetition) || context.GetReverseProxyFeature().AvailableDestinations is not [var replica])
            {
                await next(context);
                return;
            }

            var client = context.RequestAborted;
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(client);
            await using var dismissal = dismissals.Of(replica).Register(() =>
            {
                if (!context.Response.HasStarted)
                {
                    waiting.Cancel();
                }
            });
            context.RequestAborted = waiting.Token;
            try
            {
                await next(context);
            }
            finally
            {
                context.RequestAborted = client;
            }

            if (waiting.IsCancellationRequested && !client.IsCancellationRequested && !context.Response.HasStarted)
            {
                context.Response.StatusCode = StatusCodes.Status502BadGateway; // YARP takes it for the client's going away
            }
        });
    }

    private static bool IsNoAnswer(ForwarderError error) => error
        is ForwarderError.Request or ForwarderError.RequestCanceled or ForwarderError.RequestBodyDestination or ForwarderError.RequestBodyCanceled
        or ForwarderError.ResponseBodyDestination or ForwarderError.ResponseBodyCanceled;

    private static bool MayBeRepeated(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || HttpMethods.IsOptions(context.Request.Method)
        || context.IsRepeatableWrite();

    // A connection that nobody accepts in time, because its host is gone, is told apart from an answer that does not come only by
    // the exception inside: YARP calls both a request that timed out.
    private static bool IsUnsent(Exception? failure) => failure
        is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError }
        or OperationCanceledException { InnerException: TimeoutException };

    private static IReadOnlyList<DestinationState> Others(IReverseProxyFeature proxied) =>
        BestOddsPolicy.Of([.. proxied.AllDestinations.Where(destination => destination != proxied.ProxiedDestination)]);

    [LoggerMessage(1102, LogLevel.Information, "{Replica} did not answer {Method} {Path}; another replica is asked")]
    private static partial void Repeated(ILogger logger, string replica, string method, string path);
}
