using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aspire.Hosting.ApplicationModel;

public interface IExecutionConfigurationBuilder
{
    Task<IExecutionConfigurationResult> BuildAsync(DistributedApplicationExecutionContext executionContext, ILogger? resourceLogger = null,
        CancellationToken cancellationToken = default);
}

/// <summary>The arguments and the environment of a resource; in publish mode with an expression in place of each value.</summary>
public interface IExecutionConfigurationResult
{
    IEnumerable<(string Value, bool IsSensitive)> Arguments { get; }

    IEnumerable<KeyValuePair<string, string>> EnvironmentVariables { get; }

    IEnumerable<KeyValuePair<string, (object Unprocessed, string Processed)>> EnvironmentVariablesWithUnprocessed { get; }

    Exception? Exception { get; }
}

public sealed class ExecutionConfigurationBuilder : IExecutionConfigurationBuilder
{
    private readonly IResource _resource;

    private ExecutionConfigurationBuilder(IResource resource) => _resource = resource;

    internal bool WithArguments { get; set; }
    internal bool WithEnvironment { get; set; }

    public static IExecutionConfigurationBuilder Create(IResource resource) => new ExecutionConfigurationBuilder(resource);

    public async Task<IExecutionConfigurationResult> BuildAsync(DistributedApplicationExecutionContext executionContext, ILogger? resourceLogger = null,
        CancellationToken cancellationToken = default)
    {
        var logger = resourceLogger ?? NullLogger.Instance;
        var result = new Result();
        try
        {
            if (WithArguments)
            {
                var context = new CommandLineArgsCallbackContext([], _resource, cancellationToken) { ExecutionContext = executionContext, Logger = logger };
                foreach (var annotation in _resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>().ToArray())
                {
                    await annotation.Callback(context);
                }

                foreach (var argument in context.Args)
                {
                    if (await ResolveAsync(argument, executionContext, cancellationToken) is { } value)
                    {
                        result.ResolvedArguments.Add((value, argument is ParameterResource { Secret: true }));
                    }
                }
            }

            if (WithEnvironment)
            {
                var context = new EnvironmentCallbackContext(executionContext, _resource, cancellationToken: cancellationToken) { Logger = logger };
                foreach (var annotation in _resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToArray())
                {
                    await annotation.Callback(context);
                }

                foreach (var (name, unprocessed) in context.EnvironmentVariables)
                {
                    if (await ResolveAsync(unprocessed, executionContext, cancellationToken) is { } value)
                    {
                        result.Variables[name] = (unprocessed, value);
                    }
                }
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            result.Exception = e;
        }

        return result;
    }

    private async Task<string?> ResolveAsync(object? value, DistributedApplicationExecutionContext executionContext, CancellationToken cancellationToken) => value switch
    {
        null => null,
        string text => text,
        IResourceBuilder<IResource> { Resource: IValueProvider provider } => await ResolveAsync(provider, executionContext, cancellationToken),
        IManifestExpressionProvider provider when executionContext.IsPublishMode => provider.ValueExpression,
        IValueProvider provider => await provider.GetValueAsync(new ValueProviderContext { ExecutionContext = executionContext, Caller = _resource }, cancellationToken),
        _ => value.ToString(),
    };

    private sealed class Result : IExecutionConfigurationResult
    {
        public List<(string Value, bool IsSensitive)> ResolvedArguments { get; } = [];

        public Dictionary<string, (object Unprocessed, string Processed)> Variables { get; } = [];

        public IEnumerable<(string Value, bool IsSensitive)> Arguments => ResolvedArguments;

        public IEnumerable<KeyValuePair<string, string>> EnvironmentVariables => Variables.Select(v => KeyValuePair.Create(v.Key, v.Value.Processed));

        public IEnumerable<KeyValuePair<string, (object Unprocessed, string Processed)>> EnvironmentVariablesWithUnprocessed => Variables;

        public Exception? Exception { get; set; }
    }
}

public static class ExecutionConfigurationBuilderExtensions
{
    public static IExecutionConfigurationBuilder WithArgumentsConfig(this IExecutionConfigurationBuilder builder)
    {
        ((ExecutionConfigurationBuilder)builder).WithArguments = true;
        return builder;
    }

    public static IExecutionConfigurationBuilder WithEnvironmentVariablesConfig(this IExecutionConfigurationBuilder builder)
    {
        ((ExecutionConfigurationBuilder)builder).WithEnvironment = true;
        return builder;
    }
}
