using FooBar.Data.Consistency;

namespace FooBar.Tests.Unit.Data;

public sealed class GtidSetTests
{
    private const string A = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private const string B = "a0b1c2d3-71ca-11e1-9e33-c80aa9429562";

    [Theory]
    [InlineData("", "")]
    [InlineData(" \n , ,", "")]
    [InlineData($"{A}:5", $"{A}:5")]
    [InlineData($"{A}:1-3:5", $"{A}:1-3:5")]
    [InlineData($"{A}:5:1-3:4", $"{A}:1-5")]
    [InlineData($"{A}:1-3,\n{B}:7", $"{A}:1-3,{B}:7")]
    [InlineData($"{B}:7, {A}:1-3 , {B}:8-9", $"{A}:1-3,{B}:7-9")]
    [InlineData("3E11FA47-71CA-11E1-9E33-C80AA9429562 : 1 - 3 : 11", $"{A}:1-3:11")]
    [InlineData($"{A}:1-3:Schema:5:6:load_2:9", $"{A}:1-3:load_2:9:schema:5-6")]
    [InlineData($"{A}:schema:1-3,{A}:2,{A}:SCHEMA:4", $"{A}:2:schema:1-4")]
    [InlineData($"{A}:1-9223372036854775806", $"{A}:1-9223372036854775806")]
    public void Parse_AnyWayOfWriting_YieldsTheCanonicalForm(string text, string canonical)
    {
        var set = GtidSet.Parse(text);

        Assert.Equal(canonical, set.ToString());
        Assert.Equal(set, GtidSet.Parse(canonical));
        Assert.Equal(set.GetHashCode(), GtidSet.Parse(canonical).GetHashCode());
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData(A)]
    [InlineData($"{A}:")]
    [InlineData($"{A}:0")]
    [InlineData($"{A}:-1")]
    [InlineData($"{A}:3-1")]
    [InlineData($"{A}:1-")]
    [InlineData($"{A}:+1")]
    [InlineData($"{A}:1-2-3")]
    [InlineData($"{A}:9223372036854775807")]
    [InlineData($"{A}:tag")]
    [InlineData($"{A}:1:tag")]
    [InlineData($"{A}:tag:other:1")]
    [InlineData($"{A}:2tag:1")]
    [InlineData($"{A}:t-g:1")]
    [InlineData($"{A}:a23456789012345678901234567890123:1")]
    [InlineData("3e11fa4771ca11e19e33c80aa9429562:1")]
    public void Parse_NoGtidSet_SaysWhichPartIsWrong(string text)
    {
        Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => GtidSet.Parse(text)).Message, StringComparison.Ordinal);
        Assert.False(GtidSet.TryParse(text, out var set));
        Assert.Null(set);
    }

    [Fact]
    public void TryParse_Null_IsFalse() => Assert.False(GtidSet.TryParse(null, out _));

    [Theory]
    [InlineData($"{A}:1-10", $"{A}:3-5", true)]
    [InlineData($"{A}:1-10", $"{A}:3-11", false)]
    [InlineData($"{A}:1-3:5-10", $"{A}:3-5", false)]
    [InlineData($"{A}:1-10", $"{B}:3", false)]
    [InlineData($"{A}:1-10", $"{A}:tag:3", false)]
    [InlineData($"{A}:tag:1-10", $"{A}:3", false)]
    [InlineData($"{A}:1", "", true)]
    [InlineData("", $"{A}:1", false)]
    public void Contains_Examples_HoldAsInMySql(string set, string subset, bool expected) =>
        Assert.Equal(expected, GtidSet.Parse(set).Contains(GtidSet.Parse(subset)));

    [Theory]
    [InlineData($"{A}:1-10", $"{A}:3-5", $"{A}:1-2:6-10")]
    [InlineData($"{A}:1-4:6-9", $"{A}:3-7", $"{A}:1-2:8-9")]
    [InlineData($"{A}:1-10,{B}:1", $"{A}:1-10", $"{B}:1")]
    [InlineData($"{A}:1-3:tag:1-3", $"{A}:tag:2", $"{A}:1-3:tag:1:3")]
    public void Subtract_Examples_HoldAsInMySql(string set, string subtrahend, string expected) =>
        Assert.Equal(expected, GtidSet.Parse(set).Subtract(GtidSet.Parse(subtrahend)).ToString());
}
