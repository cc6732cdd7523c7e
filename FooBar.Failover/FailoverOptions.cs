using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace FooBar.Failover;

/// <summary>What the coordinator has to know; bound from the configuration section <c>Failover</c> and validated at start.</summary>
public sealed class FailoverOptions
{
    public const string Section = "Failover";

    /// <summary>The cluster's nodes, by the names of their connection strings. The first one becomes primary of a new cluster.</summary>
    public List<string> Nodes { get; } = [];

    /// <summary>The file that remembers the epoch, the primary and who holds everything; on a disk that outlives the coordinator.</summary>
    [Required]
    public string JournalPath { get; set; } = "";

    /// <summary>The application's database, made when the cluster is new.</summary>
    [Required]
    public string Database { get; set; } = "";

    /// <summary>The account that the coordinator works with. The connection strings' own account is used only on a node that is still empty.</summary>
    public Account Coordinator { get; } = new();

    /// <summary>The account that replicas read the primary's binary log with.</summary>
    public Account Replication { get; } = new();

    /// <summary>The account of the application: rows, no tables.</summary>
    public Account Application { get; } = new();

    /// <summary>The account that changes the application's tables.</summary>
    public Account Migrations { get; } = new();

    /// <summary>Time between the end of one cycle of observing, deciding and acting and the start of the next.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a node may take to answer a probe before it counts as unreachable.</summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long one step of an action may take before it is given up and decided anew.</summary>
    public TimeSpan ActionTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an in-sync replica may be away before writes go on without it. Until then they wait.</summary>
    public TimeSpan ReplicaLostAfter { get; set; } = TimeSpan.FromSeconds(3);

    public sealed class Account
    {
        /// <summary>The account's name in MySQL.</summary>
        public string User { get; set; } = "";

        /// <summary>Its password.</summary>
        public string Password { get; set; } = "";
    }
}

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

        if (string.IsNullOrWhiteSpace(options.JournalPath))
        {
            yield return "Failover:JournalPath is empty; name a file on a disk that outlives this process.";
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

        foreach (var (key, value, least, most) in new[]
        {
            (nameof(options.PollInterval), options.PollInterval, 0.05, 60),
            (nameof(options.ProbeTimeout), options.ProbeTimeout, 0.1, 60),
            (nameof(options.ActionTimeout), options.ActionTimeout, 1, 600),
            (nameof(options.ReplicaLostAfter), options.ReplicaLostAfter, 0.5, 600),
        })
        {
            if (value < TimeSpan.FromSeconds(least) || value > TimeSpan.FromSeconds(most))
            {
                yield return string.Create(System.Globalization.CultureInfo.InvariantCulture,
                    $"Failover:{key} is {value}; choose between {least} and {most} seconds, for instance 00:00:01.");
            }
        }
    }
}
