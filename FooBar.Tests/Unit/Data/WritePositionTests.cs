using FooBar.Data.Consistency;

namespace FooBar.Tests.Unit.Data;

public sealed class WritePositionTests
{
    private static readonly Guid Server = Guid.Parse("3e11fa47-71ca-11e1-9e33-c80aa9429562"), Other = Guid.Parse("11111111-1111-1111-1111-111111111111");

    [Fact]
    public void Read_WhatWasWritten_IsThePosition()
    {
        var position = new WritePosition(Server, long.MaxValue - 1);
        var bytes = new byte[WritePosition.Size];
        position.WriteTo(bytes);

        Assert.Equal(position, WritePosition.Read(bytes));
    }

    [Fact]
    public void Read_NoPosition_IsNull()
    {
        Assert.Null(WritePosition.Read([]));
        Assert.Null(WritePosition.Read(new byte[WritePosition.Size]));
        Assert.Null(WritePosition.Read(new byte[WritePosition.Size + 1]));
    }

    [Fact]
    public void LastOf_Set_IsTheServersHighestUntagged()
    {
        var set = GtidSet.Parse($"{Server}:1-5:7-9:tag:1-100,{Other}:1-3");

        Assert.Equal(new WritePosition(Server, 9), set.LastOf(Server));
        Assert.Equal(new WritePosition(Other, 3), set.LastOf(Other));
        Assert.Null(set.LastOf(Guid.Empty));
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(6, false)]
    [InlineData(7, true)]
    [InlineData(10, false)]
    public void Contains_Position_IsToldFromItsNeighbours(long number, bool expected) =>
        Assert.Equal(expected, GtidSet.Parse($"{Server}:1-5:7-9:tag:10-100,{Other}:1-30").Contains(new WritePosition(Server, number)));
}
