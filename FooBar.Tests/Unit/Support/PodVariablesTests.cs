using FooBar.Tests.Support.Kubernetes;
using Xunit;

namespace FooBar.Tests.Unit.Support;

public sealed class PodVariablesTests
{
    private static readonly Dictionary<string, string> Variables = new() { ["NAME"] = "mysql-0", ["PASSWORD"] = "$(NAME)$$" };

    [Theory]
    [InlineData("$(NAME).mysql", "mysql-0.mysql")]
    [InlineData("1$(NAME)$(NAME)", "1mysql-0mysql-0")]
    [InlineData("$(UNKNOWN)", "$(UNKNOWN)")]
    [InlineData("$$(NAME) costs 5$$", "$(NAME) costs 5$")]
    [InlineData("$NAME and $(NAME", "$NAME and $(NAME")]
    [InlineData("$(PASSWORD)", "$(NAME)$$")]
    public void Expand_ByTheKubeletsRules_GivesWhatTheContainerGets(string text, string expanded) =>
        Assert.Equal(expanded, PodVariables.Expand(text, Variables));
}
