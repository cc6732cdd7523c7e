using System.Diagnostics;
using FooBar.Data.Routing;
using MySqlConnector;

namespace FooBar.Tests.Unit.Data;

public sealed class SqlTests
{
    [Fact]
    public void CommandOn_ValuesInBraces_BecomeParameters()
    {
        var evil = "'; DROP TABLE posts; --";
        using var command = Command($"SELECT {1} FROM posts WHERE title = {evil} AND body = {(string?)null}");

        Assert.Equal("SELECT @p0 FROM posts WHERE title = @p1 AND body = @p2", command.CommandText);
        Assert.Equal([1, evil, DBNull.Value], command.Parameters.Select(parameter => parameter.Value));
    }

    [Fact]
    public void CommandOn_RunningActivity_TravelsAsAttribute()
    {
        using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        using var command = Command($"SELECT 1");

        Assert.Equal(("traceparent", activity.Id), command.Attributes.Select(attribute => (attribute.AttributeName, (string?)attribute.Value)).Single());
    }

    [Fact]
    public void CommandOn_NoActivity_HasNoAttribute()
    {
        Assert.Null(Activity.Current);
        using var command = Command($"SELECT 1");

        Assert.Empty(command.Attributes);
    }

    private static MySqlCommand Command(Sql sql)
    {
        using var connection = new MySqlConnection("Server=localhost");
        return sql.CommandOn(connection, transaction: null, TimeSpan.FromSeconds(1));
    }
}
