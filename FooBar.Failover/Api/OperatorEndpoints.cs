using FooBar.Failover.Decide;
using FooBar.Failover.Leadership;
using FooBar.Failover.Operate;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FooBar.Failover.Api;

/// <summary>
/// What an operator may ask for, as JSON: <c>POST /cluster/switchover</c>, <c>/pause</c>, <c>/resume</c>, <c>/promote</c>, <c>/discard</c>. A browser
/// sends JSON to another site only after asking for leave, which nobody gives, so that no page can do it behind one's back.
/// </summary>
internal static class OperatorEndpoints
{
    /// <summary>Longer than any of them takes.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static IEndpointRouteBuilder MapOperator(this IEndpointRouteBuilder app)
    {
        var cluster = app.MapGroup("/cluster");
        cluster.MapPost("/switchover", (SwitchoverRequest body, OperatorDesk desk, ILeadership leadership, CancellationToken cancellationToken) =>
            AskAsync(new SwitchoverCommand(body.To), desk, leadership, cancellationToken));
        cluster.MapPost("/pause", (EmptyRequest _, OperatorDesk desk, ILeadership leadership, CancellationToken cancellationToken) =>
            AskAsync(new PauseCommand(Paused: true), desk, leadership, cancellationToken));
        cluster.MapPost("/resume", (EmptyRequest _, OperatorDesk desk, ILeadership leadership, CancellationToken cancellationToken) =>
            AskAsync(new PauseCommand(Paused: false), desk, leadership, cancellationToken));
        cluster.MapPost("/promote", (PromoteRequest body, OperatorDesk desk, ILeadership leadership, CancellationToken cancellationToken) =>
            AskAsync(new PromoteAnywayCommand(body.Node, body.AcceptLoss), desk, leadership, cancellationToken));
        cluster.MapPost("/discard", (DiscardRequest body, OperatorDesk desk, ILeadership leadership, CancellationToken cancellationToken) =>
            AskAsync(new DiscardCommand(body.Node), desk, leadership, cancellationToken));
        return app;
    }

    /// <summary>Tells who asks in the wrong form, which the framework answers with a bare status, how to ask.</summary>
    public static IApplicationBuilder UseOperatorAdvice(this IApplicationBuilder app) => app.UseStatusCodePages(context =>
    {
        var http = context.HttpContext;
        return http.Request.Path.StartsWithSegments("/cluster") && http.Response.StatusCode is 400 or 405 or 415
            ? TypedResults.Problem($"A command is a POST of JSON, which is {{}} where nothing is to be said: curl --json '{{}}' {http.Request.Scheme}://{http.Request.Host}/cluster/switchover",
                statusCode: http.Response.StatusCode).ExecuteAsync(http)
            : Task.CompletedTask;
    });

    private static async Task<Results<Ok<OperatorAnswer>, ProblemHttpResult>> AskAsync(
        OperatorCommand command, OperatorDesk desk, ILeadership leadership, CancellationToken cancellationToken)
    {
        if (!leadership.Leads)
        {
            return TypedResults.Problem(
                leadership.Leader is { } leader ? $"{leader} leads; ask it." : "This coordinator does not lead, and nobody is known to; ask again when one does.",
                statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            var answer = await desk.AskAsync(command, limit.Token);
            return answer switch
            {
                { Decision: Hold refused } => TypedResults.Problem(refused.Reason, statusCode: StatusCodes.Status409Conflict),
                { Failure: { } failure } => TypedResults.Problem(failure, statusCode: StatusCodes.Status500InternalServerError),
                _ => TypedResults.Ok(new OperatorAnswer(answer.Decision.Kind, answer.Decision.Reason)),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return TypedResults.Problem("The coordinator did not come to it in time; GET /cluster says what it does.", statusCode: StatusCodes.Status504GatewayTimeout);
        }
    }
}

/// <param name="To">The node that is to be primary; without it the replica that can be.</param>
public sealed record SwitchoverRequest(string? To = null);

public sealed record EmptyRequest;

/// <param name="Node">The node that is to be primary.</param>
/// <param name="AcceptLoss">Whether writes that only the lost primary has may be given up.</param>
public sealed record PromoteRequest(string Node, bool AcceptLoss = false);

/// <param name="Node">The node whose own transactions are given up; its data is replaced by a copy of the primary's.</param>
public sealed record DiscardRequest(string Node);

/// <param name="Kind">The decision's name.</param>
/// <param name="Reason">The decision in one sentence.</param>
public sealed record OperatorAnswer(string Kind, string Reason);
