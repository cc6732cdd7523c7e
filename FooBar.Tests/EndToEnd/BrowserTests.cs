using FooBar.Tests.Support;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace FooBar.Tests.EndToEnd;

/// <summary>A person with a real browser.</summary>
[Collection(nameof(FooBarSystem))]
public sealed class BrowserTests(FooBarSystem system) : IAsyncLifetime
{
    private IPlaywright playwright = null!;
    private IBrowser browser = null!;

    public async Task InitializeAsync()
    {
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium.Path,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async Task DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }

    [Fact]
    public async Task Visitor_WritesAPost_ReadsItAtOnceAndFindsItInTheList()
    {
        var page = await browser.NewPageAsync();
        await page.GotoAsync(system.Http.ToString());
        await page.GetByLabel("Title").FillAsync("Written in a browser");
        await page.GetByLabel("Your post").FillAsync("With a keyboard.");
        await page.GetByLabel("Your name").FillAsync("A visitor");
        await page.GetByRole(AriaRole.Button, new() { Name = "Publish" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Written in a browser" })).ToBeVisibleAsync();
        await Eventually.Within(TimeSpan.FromSeconds(10), async ct =>
        {
            await page.GotoAsync(system.Http.ToString());
            Assert.True(await page.GetByRole(AriaRole.Link, new() { Name = "Written in a browser" }).IsVisibleAsync());
        });
        await Expect(page.GetByRole(AriaRole.Contentinfo)).ToContainTextAsync("web-");
        await Expect(page.GetByRole(AriaRole.Contentinfo)).ToContainTextAsync("mysql-");
    }

    [Fact]
    public async Task Visitor_ForgetsTheTitle_KeepsTheTextAndIsToldWhatIsMissing()
    {
        var page = await browser.NewPageAsync();
        await page.GotoAsync(system.Http.ToString());
        await page.GetByLabel("Your post").FillAsync("A text that must not be lost.");
        await page.GetByLabel("Your name").FillAsync("A visitor");
        await page.GetByRole(AriaRole.Button, new() { Name = "Publish" }).ClickAsync();

        await Expect(page.GetByLabel("Title")).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(page.GetByLabel("Your post")).ToHaveValueAsync("A text that must not be lost.");
    }
}
