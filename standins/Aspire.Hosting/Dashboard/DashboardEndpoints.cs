using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Dashboard;

/// <summary>The page, the two kinds of streams that it reads, and the commands that it sends.</summary>
internal sealed class DashboardEndpoints(ResourceBoard board, string token, IServiceProvider services, CancellationToken stopping)
{
    private const int LinesPerEvent = 500;
    private static readonly TimeSpan CommandLimit = TimeSpan.FromMinutes(5), Settle = TimeSpan.FromMilliseconds(100), Retry = TimeSpan.FromSeconds(1);
    private readonly ResourceLoggerService _consoles = services.GetRequiredService<ResourceLoggerService>();
    private readonly ResourceCommandService _commands = services.GetRequiredService<ResourceCommandService>();
    private readonly string _application = services.GetRequiredService<IHostEnvironment>().ApplicationName.Replace(".AppHost", "", StringComparison.Ordinal);

    public void Map(IEndpointRouteBuilder web)
    {
        web.MapGet("/", () => PageFile("index.html", "text/html; charset=utf-8"));
        web.MapGet("/dashboard.css", () => PageFile("dashboard.css", "text/css; charset=utf-8"));
        foreach (var script in new[] { "page.js", "console.js", "dashboard.js" })
        {
            web.MapGet(script, () => PageFile(script, "text/javascript; charset=utf-8"));
        }

        web.MapGet("/api/resources", () => TypedResults.Ok(board.Since(0).Views));
        web.MapGet("/api/resources/stream", (CancellationToken aborted) => TypedResults.ServerSentEvents(Until(StatesAsync, aborted)));
        web.MapGet("/api/resources/{id}/logs", Logs);
        web.MapPost("/api/resources/{id}/commands/{command}", ExecuteAsync);
    }

    private static FileStreamHttpResult PageFile(string name, string contentType) =>
        TypedResults.Stream(typeof(DashboardEndpoints).Assembly.GetManifestResourceStream($"Dashboard.{name}")!, contentType);

    private Results<ServerSentEventsResult<string>, NotFound> Logs(
        string id, string? after, [FromHeader(Name = "Last-Event-ID")] string? lastEventId, CancellationToken aborted) => board.Find(id) is { } found
            ? TypedResults.ServerSentEvents(Until(ct => LinesAsync(found.Event.Resource, lastEventId ?? after, ct), aborted))
            : TypedResults.NotFound();

    // Whoever has gone away: a command that has begun is not left half done.
    private async Task<Results<Ok<CommandOutcome>, NotFound, Conflict<CommandOutcome>>> ExecuteAsync(string id, string command)
    {
        if (board.Find(id) is not { } found || found.View.Commands.FirstOrDefault(c => c.Name == command) is not { } known)
        {
            return TypedResults.NotFound();
        }

        if (!known.IsEnabled)
        {
            return TypedResults.Conflict(new CommandOutcome(false, $"'{known.Text}' is not possible while '{id}' is {found.View.State.ToLowerInvariant()}."));
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(CommandLimit);
        var result = await _commands.ExecuteCommandAsync(found.Event.Resource, command, limit.Token);
        return TypedResults.Ok(new CommandOutcome(result.Success, result.Canceled ? "canceled" : result.Message));
    }

    private async IAsyncEnumerable<SseItem<string>> StatesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return new SseItem<string>(Json(new { token, application = _application }), "run") { ReconnectionInterval = Retry };
        for (var version = 0L; ;)
        {
            (var views, version, var changed) = board.Since(version);
            yield return new SseItem<string>(Json(views), "resources");
            await changed.WaitAsync(cancellationToken);
            await Task.Delay(Settle, cancellationToken);
        }
    }

    // An event's id is "run:line". A reader that was cut off names the last one it has and gets the rest.
    private async IAsyncEnumerable<SseItem<string>> LinesAsync(IResource resource, string? last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var known = last?.Split(':') is [var run, var line] && run == token && int.TryParse(line, CultureInfo.InvariantCulture, out var number) ? number : 0;
        yield return new SseItem<string>(Json(known > 0), "continues") { ReconnectionInterval = Retry };
        await foreach (var lines in _consoles.WatchAsync(resource).WithCancellation(cancellationToken))
        {
            foreach (var part in lines.Where(l => l.LineNumber > known).Chunk(LinesPerEvent))
            {
                var data = Json(part.Select(l => new object[] { l.LineNumber, l.Content, l.IsErrorMessage }));
                yield return new SseItem<string>(data, "lines") { EventId = string.Create(CultureInfo.InvariantCulture, $"{token}:{part[^1].LineNumber}") };
            }
        }
    }

    /// <summary>Ends a stream in peace when its reader goes or the AppHost stops.</summary>
    private async IAsyncEnumerable<SseItem<string>> Until(Func<CancellationToken, IAsyncEnumerable<SseItem<string>>> stream, [EnumeratorCancellation] CancellationToken aborted)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(aborted, stopping);
        await using var items = stream(end.Token).GetAsyncEnumerator(end.Token);
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                yield break;
            }

            yield return items.Current;
        }
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, JsonSerializerOptions.Web);
}

internal sealed record CommandOutcome(bool Success, string? Message);
