using System.Collections.Immutable;
using DockerEngine;
using DotNet.Testcontainers.Builders;

namespace Testcontainers.MySql;

public sealed class MySqlBuilder : ContainerBuilder<MySqlBuilder, MySqlContainer>
{
    public const ushort MySqlPort = 3306;
    public const string DefaultDatabase = "test";
    public const string DefaultUsername = "mysql";
    public const string DefaultPassword = "mysql";

    private readonly MySqlAccount _account;

    public MySqlBuilder(string image)
        : this(new ContainerConfiguration(new ContainerSpec(image)) { Ports = ImmutableSortedDictionary<int, int>.Empty.Add(MySqlPort, 0) }, new(DefaultDatabase, DefaultUsername, DefaultPassword))
    {
    }

    private MySqlBuilder(ContainerConfiguration configuration, MySqlAccount account)
        : base(configuration) => _account = account;

    public MySqlBuilder WithDatabase(string database) => new(Configuration, _account with { Database = database });

    /// <summary>Root, or an account that is made with the database.</summary>
    public MySqlBuilder WithUsername(string username) => new(Configuration, _account with { Username = username });

    /// <summary>Root's password too.</summary>
    public MySqlBuilder WithPassword(string password) => new(Configuration, _account with { Password = password });

    public override MySqlContainer Build() => new(
        Configuration with
        {
            Environment = Configuration.Environment.SetItems(_account.Environment),
            Conditions = Configuration.Conditions.IsEmpty ? [new MySqlAnswers(_account)] : Configuration.Conditions,
        },
        _account);

    internal override MySqlBuilder Merge(ContainerConfiguration configuration) => new(configuration, _account);
}
