using FooBar.Web.Features.Posts;

namespace FooBar.Tests.Unit.Web;

public sealed class NewPostTests
{
    [Fact]
    public void Mistakes_CompletePost_AreNone() => Assert.Empty(Draft().Mistakes());

    [Fact]
    public void Mistakes_NothingGiven_NameEveryField() =>
        Assert.Equal(["author", "body", "title"], new NewPost().Mistakes().Keys.Order());

    [Theory]
    [InlineData(120, 4000, 60, "")]
    [InlineData(121, 4000, 60, "title")]
    [InlineData(120, 4001, 60, "body")]
    [InlineData(120, 4000, 61, "author")]
    public void Mistakes_Lengths_AreAllowedUpToTheLimit(int title, int body, int author, string mistaken)
    {
        var draft = new NewPost { Title = new('t', title), Body = new('b', body), Author = new('a', author) };

        Assert.Equal(mistaken, string.Join(',', draft.Mistakes().Keys));
    }

    [Fact]
    public void Mistakes_OnlySpaces_AreNothing() => Assert.Equal(["title"], Draft(title: " \t ").Mistakes().Keys);

    [Fact]
    public void Body_LineEndsOfAForm_CountOnce() => Assert.Equal("one\n\ntwo", Draft(body: "one\r\n\r\ntwo\r\n").Body);

    private static NewPost Draft(string title = "Title", string body = "Body") => new() { Title = title, Body = body, Author = "Author" };
}
