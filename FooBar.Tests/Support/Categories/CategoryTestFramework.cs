using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestFramework("FooBar.Tests.Support.Categories.CategoryTestFramework", "FooBar.Tests")]

namespace FooBar.Tests.Support.Categories;

/// <summary>Gives every test the trait Category, which is the folder that the test lies in: Unit, Integration, EndToEnd or Chaos.</summary>
public sealed class CategoryTestFramework(IMessageSink diagnostics) : XunitTestFramework(diagnostics)
{
    protected override ITestFrameworkDiscoverer CreateDiscoverer(IAssemblyInfo assemblyInfo) =>
        new Discoverer(assemblyInfo, SourceInformationProvider, DiagnosticMessageSink);

    private sealed class Discoverer(IAssemblyInfo assembly, ISourceInformationProvider source, IMessageSink diagnostics)
        : XunitTestFrameworkDiscoverer(assembly, source, diagnostics)
    {
        protected override bool FindTestsForType(
            ITestClass testClass, bool includeSourceInformation, IMessageBus messageBus, ITestFrameworkDiscoveryOptions discoveryOptions)
        {
            using var bus = new CategorizingBus(messageBus, Category.Of(testClass.Class.ToRuntimeType()));
            return base.FindTestsForType(testClass, includeSourceInformation, bus, discoveryOptions);
        }
    }

    private sealed class CategorizingBus(IMessageBus inner, string category) : IMessageBus
    {
        public bool QueueMessage(IMessageSinkMessage message)
        {
            if (message is ITestCaseDiscoveryMessage discovered)
            {
                discovered.TestCase.Traits[Category.Trait] = [category];
            }

            return inner.QueueMessage(message);
        }

        // The inner bus belongs to the caller.
        public void Dispose()
        {
        }
    }
}
