using System.Text.RegularExpressions;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;

namespace DotNet.Testcontainers.Builders;

public static class Wait
{
    public static IWaitForContainerOS ForUnixContainer() => new WaitForContainerUnix();
}

internal sealed class WaitForContainerUnix : IWaitForContainerOS
{
    public List<IWaitUntil> Conditions { get; } = [];

    public IWaitForContainerOS AddCustomWaitStrategy(IWaitUntil waitUntil)
    {
        Conditions.Add(waitUntil);
        return this;
    }

    public IWaitForContainerOS UntilCommandIsCompleted(params string[] command) => AddCustomWaitStrategy(new CommandIsCompleted(command));

    public IWaitForContainerOS UntilMessageIsLogged(string pattern) => AddCustomWaitStrategy(new MessageIsLogged(new Regex(pattern)));

    private sealed class CommandIsCompleted(string[] command) : IWaitUntil
    {
        public async Task<bool> UntilAsync(IContainer container) => (await container.ExecAsync(command)).ExitCode == 0;
    }

    private sealed class MessageIsLogged(Regex pattern) : IWaitUntil
    {
        public async Task<bool> UntilAsync(IContainer container)
        {
            var (stdout, stderr) = await container.GetLogsAsync(timestampsEnabled: false);
            return pattern.IsMatch(stdout) || pattern.IsMatch(stderr);
        }
    }
}
