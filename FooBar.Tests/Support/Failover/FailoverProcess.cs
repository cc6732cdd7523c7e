using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Support.Failover;

/// <summary>A coordinator as it runs in production: a process of its own, which can be killed.</summary>
internal sealed class FailoverProcess : IAsyncDisposable
{
    private static readonly TimeSpan ExitsWithin = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly HttpClient _client;

    private FailoverProcess(IReadOnlyDictionary<string, string?> settings)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "FooBar.Failover.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.Combine(Checkout.Root, "FooBar.Failover"), // with its appsettings.json
        };
        start.Environment["ASPNETCORE_URLS"] = address.AbsoluteUri;
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment.Remove("OTEL_EXPORTER_OTLP_ENDPOINT");
        foreach (var (key, value) in settings)
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(5) };
    }

    public string Output => string.Join('\n', _output);

    public static FailoverProcess Start(IReadOnlyDictionary<string, string?> settings) => new(settings);

    /// <summary>Waits until it answers with a status and a text in its body.</summary>
    public Task AnswersAsync(string path, HttpStatusCode status, string text, TimeSpan bound) => Eventually.Within(bound, async ct =>
    {
        using var answer = await _client.GetAsync(new Uri(path, UriKind.Relative), ct);
        var body = await answer.Content.ReadAsStringAsync(ct);
        Assert.True(answer.StatusCode == status && body.Contains(text, StringComparison.Ordinal), $"{path} answers {answer.StatusCode}: {body}\n{Output}");
    });

    /// <summary>SIGKILL: no goodbye of any kind.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync();
    }

    /// <summary>SIGTERM, as an orchestrator stops a service; returns the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -TERM {_process.Id}"]);
        await kill.WaitForExitAsync();
        return await ExitAsync();
    }

    /// <summary>Waits until it has ended, and returns its exit code.</summary>
    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(ExitsWithin);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
        _client.Dispose();
    }
}
