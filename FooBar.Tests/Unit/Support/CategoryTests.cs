using FooBar.Tests.Chaos;
using FooBar.Tests.EndToEnd;
using FooBar.Tests.Integration.Web;
using FooBar.Tests.Support.Categories;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace FooBar.Tests.Unit.Support;

public sealed class CategoryTests
{
    [Theory]
    [InlineData(typeof(CategoryTests), "Unit")]
    [InlineData(typeof(IdempotencyTests), "Integration")]
    [InlineData(typeof(ComposeTests), "EndToEnd")]
    [InlineData(typeof(ChaosTests), "Chaos")]
    public void Category_OfATestClass_IsItsFolder(Type testClass, string category) => Assert.Equal(category, Category.Of(testClass));

    [Fact]
    public void Category_OfAClassElsewhere_IsRefusedWithTheFolders()
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => Category.Of(typeof(Category)));

        Assert.EndsWith("move it to one of the folders Unit, Integration, EndToEnd, Chaos.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tests_OfThisAssembly_EachCarryOneCategory()
    {
        var found = new Found();
        using var framework = new CategoryTestFramework(found);
        using var discoverer = framework.GetDiscoverer(Reflector.Wrap(typeof(CategoryTests).Assembly));

        discoverer.Find(includeSourceInformation: false, found, new DefaultOptions());

        var tests = await found.All.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.All(tests, test => Assert.Single(test.Traits[Category.Trait]));
        Assert.Equal(Category.All.Order(), tests.Select(test => test.Traits[Category.Trait][0]).Distinct().Order());
    }

    private sealed class Found : LongLivedMarshalByRefObject, IMessageSink
    {
        private readonly List<ITestCase> tests = [];
        private readonly TaskCompletionSource<IReadOnlyList<ITestCase>> all = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<IReadOnlyList<ITestCase>> All => all.Task;

        public bool OnMessage(IMessageSinkMessage message)
        {
            if (message is ITestCaseDiscoveryMessage discovered)
            {
                tests.Add(discovered.TestCase);
            }
            else if (message is IDiscoveryCompleteMessage)
            {
                all.SetResult(tests);
            }

            return true;
        }
    }

    private sealed class DefaultOptions : LongLivedMarshalByRefObject, ITestFrameworkDiscoveryOptions
    {
        public TValue GetValue<TValue>(string name) => default!;

        public void SetValue<TValue>(string name, TValue value)
        {
        }
    }
}
