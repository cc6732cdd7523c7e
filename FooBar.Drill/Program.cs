using FooBar.Drill;

return await DrillRun.RunAsync(args);
