using FooBar.Tests.Integration.Data;
using FooBar.Tests.Support.Web;

namespace FooBar.Tests.Integration.Web;

/// <summary>
/// Two replicas of the site on a real pair of MySQL servers, without gateway and coordinator. Both start at the same moment on
/// an empty database: they race for the migrations and for the first key.
/// </summary>
public sealed class TwoSites(MySqlPair mysql) : IAsyncLifetime
{
    internal WebProcess One { get; private set; } = null!;

    internal WebProcess Two { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await mysql.ResetAsync();
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__foobar"] = mysql.Application,
            ["ConnectionStrings__foobar-migrations"] = mysql.Migrations,
            ["Data__WriteWait"] = "00:00:01.5",
            ["Data__ReadWait"] = "00:00:02",
            ["Data__MaxReplicaLag"] = "00:05:00",
        };
        (One, Two) = (WebProcess.Start("web-1", settings), WebProcess.Start("web-2", settings));
        await Task.WhenAll(One.ReadyAsync(), Two.ReadyAsync());
    }

    public async Task DisposeAsync()
    {
        await One.DisposeAsync();
        await Two.DisposeAsync();
    }
}
