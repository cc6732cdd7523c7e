using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace FooBar.Tests.Unit.AppModel;

public sealed class ParameterTests
{
    [Fact]
    public async Task Parameter_Configured_HasThatValueAndNotItsDefault()
    {
        var builder = AppModel.Create(("Parameters:size", "9"));
        var size = builder.AddParameter("size", new GenerateParameterDefault { MinLength = 22 });

        Assert.Equal("9", await size.Resource.GetValueAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Parameter_WithoutValue_SaysWhichKeyIsMissing()
    {
        var missing = AppModel.Create().AddParameter("api-key", secret: true);

        var failure = await Assert.ThrowsAsync<MissingParameterValueException>(async () => await missing.Resource.GetValueAsync(CancellationToken.None));

        Assert.Contains("api-key", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GeneratedParameter_AskedTwice_IsTheSame()
    {
        var generated = AppModel.Create().AddParameter("token", new GenerateParameterDefault { MinLength = 22 }, secret: true);

        var first = await generated.Resource.GetValueAsync(CancellationToken.None);

        Assert.Equal(first, await generated.Resource.GetValueAsync(CancellationToken.None));
    }

    [Fact]
    public void GeneratedValue_OfAnyLength_HasWhatIsAskedOfEachKind()
    {
        for (var length = 8; length < 64; length++)
        {
            var rules = new GenerateParameterDefault { MinLength = length, Special = false, MinLower = 2, MinUpper = 3, MinNumeric = 1 };

            var value = rules.GetDefaultValue();

            Assert.True(value.Length >= length, value);
            Assert.True(value.Count(char.IsAsciiLetterLower) >= 2, value);
            Assert.True(value.Count(char.IsAsciiLetterUpper) >= 3, value);
            Assert.True(value.Any(char.IsAsciiDigit), value);
            Assert.DoesNotContain(value, c => !char.IsAsciiLetterOrDigit(c));
        }
    }
}
