namespace FooBar.Failover.Act;

/// <summary>A step found the cluster in another state than the decision saw, or did not get done in time. The next cycle decides anew.</summary>
internal sealed class ActionException(string message) : Exception(message);
