namespace Aspire.Hosting.ApplicationModel;

public class MySqlServerResource : ContainerResource, IResourceWithConnectionString
{
    private const string UserName = "root";
    private readonly Dictionary<string, string> _databases = new(StringComparer.OrdinalIgnoreCase);

    public MySqlServerResource(string name, ParameterResource password) : base(name)
    {
        PasswordParameter = password;
        PrimaryEndpoint = new EndpointReference(this, "tcp");
    }

    public EndpointReference PrimaryEndpoint { get; }

    public EndpointReferenceExpression Host => PrimaryEndpoint.Property(EndpointProperty.Host);

    public EndpointReferenceExpression Port => PrimaryEndpoint.Property(EndpointProperty.Port);

    public ParameterResource PasswordParameter { get; set; }

    public ReferenceExpression ConnectionStringExpression =>
        ReferenceExpression.Create($"Server={Host};Port={Port};User ID={UserName};Password={PasswordParameter}");

    public ReferenceExpression UriExpression => ReferenceExpression.Create($"mysql://{UserName}:{PasswordParameter:uri}@{Host}:{Port}");

    /// <summary>Database names by resource name.</summary>
    public IReadOnlyDictionary<string, string> Databases => _databases;

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() =>
    [
        new("Host", ReferenceExpression.Create($"{Host}")),
        new("Port", ReferenceExpression.Create($"{Port}")),
        new("Username", ReferenceExpression.Create($"{UserName}")),
        new("Password", ReferenceExpression.Create($"{PasswordParameter}")),
        new("Uri", UriExpression),
    ];

    internal void AddDatabase(MySqlDatabaseResource database) => _databases.TryAdd(database.Name, database.DatabaseName);
}

public class MySqlDatabaseResource(string name, string databaseName, MySqlServerResource parent)
    : Resource(name), IResourceWithParent<MySqlServerResource>, IResourceWithConnectionString
{
    public string DatabaseName { get; } = databaseName;
    public MySqlServerResource Parent { get; } = parent;

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{Parent.ConnectionStringExpression};Database={DatabaseName}");

    public ReferenceExpression UriExpression => ReferenceExpression.Create($"{Parent.UriExpression}/{DatabaseName:uri}");

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() =>
        ((IResourceWithConnectionString)Parent).GetConnectionProperties().Where(p => p.Key != "Uri")
            .Concat([new("DatabaseName", ReferenceExpression.Create($"{DatabaseName}")), new("Uri", UriExpression)]);
}
