using FooBar.Data.Consistency;
using FooBar.Web.Consistency;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging;

namespace FooBar.Tests.Unit.Web;

public sealed class ConsistencyTokensTests
{
    private static readonly WritePosition Position = new(Guid.Parse("3e11fa47-71ca-11e1-9e33-c80aa9429562"), 4711);

    private readonly EphemeralDataProtectionProvider _keys = new();
    private readonly Messages _log = new();

    [Fact]
    public void Read_TokenOfAnotherReplica_IsThePosition()
    {
        var token = Tokens().Issue(Position)!;

        Assert.Equal(Position, Tokens().Read(token));
        Assert.InRange(token.Length, 1, 200);
        Assert.Empty(_log.All);
    }

    [Theory]
    [InlineData("")]
    [InlineData("forged")]
    [InlineData("no base 64!")]
    [InlineData("3e11fa47-71ca-11e1-9e33-c80aa9429562:4711")]
    public void Read_Forged_IsNoneAndIsLoggedOnce(string token)
    {
        var tokens = Tokens();

        Assert.All(Enumerable.Range(0, 5), _ => Assert.Null(tokens.Read(token)));
        Assert.Single(_log.All);
    }

    [Fact]
    public void Read_EveryByteChanged_IsNone()
    {
        var tokens = Tokens();
        var genuine = tokens.Issue(Position)!;

        for (var i = 0; i < genuine.Length - 1; i++) // the last letter holds bits that mean nothing
        {
            Assert.Null(tokens.Read(string.Concat(genuine.AsSpan(0, i), genuine[i] == 'A' ? "B" : "A", genuine.AsSpan(i + 1))));
        }
    }

    [Fact]
    public void Read_KeysOfAnotherSite_IsNone() =>
        Assert.Null(Tokens().Read(new ConsistencyTokens(new EphemeralDataProtectionProvider(), _log).Issue(Position)!));

    [Fact]
    public void Read_Expired_IsNone() => Assert.Null(Tokens().Read(Tokens().Issue(Position, TimeSpan.FromSeconds(-1))!));

    [Fact]
    public void Read_Oversized_IsNoneAndIsLoggedOnce()
    {
        var tokens = Tokens();

        Assert.All(Enumerable.Range(0, 5), _ => Assert.Null(tokens.Read(new string('A', 100_000))));
        Assert.Equal("Ignored a consistency token of 100000 characters; further ones are not logged", Assert.Single(_log.All));
    }

    private ConsistencyTokens Tokens() => new(_keys, _log);

    private sealed class Messages : ILogger<ConsistencyTokens>
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Add(formatter(state, exception));
    }
}
