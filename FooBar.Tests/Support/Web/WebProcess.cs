using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using FooBar.Tests.Support.Publishing;

namespace FooBar.Tests.Support.Web;

/// <summary>A replica of the site as a process of its own, started from its build output.</summary>
internal sealed class WebProcess : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly HttpClientHandler _handler = new() { AllowAutoRedirect = false, UseCookies = false };

    private WebProcess(string name, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "FooBar.Web.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.Combine(Checkout.Root, "FooBar.Web"), // with its appsettings.json
        };
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        start.Environment["ASPNETCORE_URLS"] = address.AbsoluteUri;
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["OTEL_SERVICE_NAME"] = name;
        start.Environment.Remove("OTEL_EXPORTER_OTLP_ENDPOINT");
        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Client = new HttpClient(_handler) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(20) };
    }

    /// <summary>Follows no redirection and keeps no cookies.</summary>
    public HttpClient Client { get; }

    public string Output => string.Join('\n', _output);

    public static WebProcess Start(string name, IReadOnlyDictionary<string, string> environment) => new(name, environment);

    public async Task<WebProcess> ReadyAsync()
    {
        await Eventually.Within(ReadyWithin, async ct =>
        {
            if (_process.HasExited)
            {
                // Its port may be somebody else's by now; this waits for the last of its output.
                await _process.WaitForExitAsync(ct);
                return;
            }

            using var answer = await Client.GetAsync(new Uri("/health", UriKind.Relative), ct);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, Output);
        });
        Assert.False(_process.HasExited, $"The site ended before it was ready:\n{Output}");
        return this;
    }

    /// <summary>For a site that cannot start: its exit code.</summary>
    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(ReadyWithin);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await ExitAsync();
        }

        _process.Dispose();
        Client.Dispose();
        _handler.Dispose();
    }
}
