using FooBar.Failover.Kubernetes;
using FooBar.ServiceDefaults.Startup;
using Microsoft.Extensions.Options;

namespace FooBar.Failover;

/// <summary>Reports every mistake at once, each with its key and the remedy.</summary>
internal sealed class FailoverOptionsValidator(IConfiguration configuration) : IValidateOptions<FailoverOptions>
{
    public ValidateOptionsResult Validate(string? name, FailoverOptions options)
    {
        var errors = Errors(options).ToList();
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private IEnumerable<string> Errors(FailoverOptions options)
    {
        if (options.Nodes.Count == 0)
        {
            yield return "Failover:Nodes is empty; name at least one node, for instance Failover:Nodes:0=mysql-1.";
        }

        foreach (var twice in options.Nodes.GroupBy(node => node).Where(group => group.Count() > 1))
        {
            yield return $"Failover:Nodes names '{twice.Key}' twice; name each node once.";
        }

        foreach (var node in options.Nodes.Where(node => string.IsNullOrWhiteSpace(configuration.GetConnectionString(node))))
        {
            yield return $"ConnectionStrings:{node} is missing; give the address and the initial account of the node that Failover:Nodes names.";
        }

        foreach (var error in JournalErrors(options).Concat(AccessErrors(options)))
        {
            yield return error;
        }

        if (options.Database.Length == 0 || options.Database.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-')))
        {
            yield return $"Failover:Database is '{options.Database}'; use letters, digits, '_' and '-'.";
        }

        foreach (var (key, account) in new[]
        {
            ("Coordinator", options.Coordinator), ("Replication", options.Replication),
            ("Application", options.Application), ("Migrations", options.Migrations),
        })
        {
            if (account.User.Length is 0 or > 32 || account.User.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '_'))
            {
                yield return $"Failover:{key}:User is '{account.User}'; use 1 to 32 letters, digits and '_'.";
            }

            if (account.Password.Length == 0)
            {
                yield return $"Failover:{key}:Password is empty; give the account a password.";
            }
        }

        foreach (var error in TimeRange.Errors("Failover",
            (nameof(options.PollInterval), options.PollInterval, 0.05, 60),
            (nameof(options.ProbeTimeout), options.ProbeTimeout, 0.1, 60),
            (nameof(options.ActionTimeout), options.ActionTimeout, 1, 600),
            (nameof(options.ReplicaLostAfter), options.ReplicaLostAfter, 0.5, 600),
            (nameof(options.SourceSilentAfter), options.SourceSilentAfter, 1, 60),
            (nameof(options.SiteSilentAfter), options.SiteSilentAfter, 0, 600),
            (nameof(options.StartGrace), options.StartGrace, 0, 600),
            (nameof(options.FailoverWindow), options.FailoverWindow, 0, 604800),
            (nameof(options.CloneTimeout), options.CloneTimeout, 1, 604800)))
        {
            yield return error;
        }
    }

    private static IEnumerable<string> JournalErrors(FailoverOptions options)
    {
        var (file, configMap) = (options.JournalPath.Length > 0, options.Kubernetes.Journal.Length > 0);
        if (file == configMap)
        {
            yield return file
                ? "Failover:JournalPath and Failover:Kubernetes:Journal are both given; keep one, because there is one journal."
                : "Failover:JournalPath and Failover:Kubernetes:Journal are both empty; name a file on a disk that outlives this process, or in Kubernetes a ConfigMap.";
        }

        if (!configMap && options.Kubernetes.Lease.Length > 0)
        {
            yield return "Failover:Kubernetes:Lease is given without Failover:Kubernetes:Journal; give both or none, because each relies on the other.";
        }

        if (configMap)
        {
            foreach (var error in KubernetesOptionsRules.Errors(options.Kubernetes))
            {
                yield return error;
            }
        }
    }

    private IEnumerable<string> AccessErrors(FailoverOptions options)
    {
        if (options.Kubernetes.Journal.Length == 0)
        {
            return [];
        }

        try
        {
            ApiServerAccess.Load(configuration);
            return [];
        }
        catch (StartupException e)
        {
            return [e.Message];
        }
    }
}
