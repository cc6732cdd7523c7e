// The tests are started by `dotnet test`; this program is ./drill.
return await FooBar.Tests.Chaos.Drill.RunAsync(args);
