using FooBar.Data.Consistency;
using FooBar.Failover;
using FooBar.Failover.Decide;
using FooBar.Failover.Journal;
using FooBar.Failover.Observe;
using FooBar.Failover.Operate;
using Xunit;

namespace FooBar.Tests.Unit.Failover;

public sealed class FailoverRulesTests
{
    private const string Uuid = "a0c64af5-e517-11f1-b515-0242ac180002";

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly JournalEntry InSync = new(JournalPhase.Serving, 1, "mysql-1", ["mysql-2"]);
    private static readonly JournalEntry Alone = InSync with { InSync = [] };
    private static readonly FailoverOptions Rules = new();

    [Fact]
    public void NewCluster_AllNodesEmpty_FirstBecomesPrimary()
    {
        var decision = Decide(JournalEntry.Empty, Fresh("mysql-1"), Fresh("mysql-2"));

        Assert.Equal("mysql-1", Assert.IsType<Bootstrap>(decision).Primary);
    }

    [Fact]
    public void NewCluster_OneNodeSilent_Holds()
    {
        var decision = Decide(JournalEntry.Empty, Fresh("mysql-1"), Silent("mysql-2"));

        Assert.Equal("A new cluster starts when every node answers; mysql-2 does not (no route).", Assert.IsType<Hold>(decision).Reason);
    }

    [Fact]
    public void NewCluster_NodeHoldsData_HoldsAndGuessesNothing()
    {
        var decision = Decide(JournalEntry.Empty, Fresh("mysql-1"), Replica("mysql-2"));

        Assert.StartsWith("The journal is empty but mysql-2 holds data", Assert.IsType<Hold>(decision).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Bootstrapping_CutOffBefore_GoesOnWithTheSameNode()
    {
        var begun = new JournalEntry(JournalPhase.Bootstrapping, 1, "mysql-2", []);

        Assert.Equal("mysql-2", Assert.IsType<Bootstrap>(Decide(begun, Fresh("mysql-1"), Fresh("mysql-2"))).Primary);
        Assert.IsType<Hold>(Decide(begun, Fresh("mysql-1"), Silent("mysql-2")));
    }

    [Fact]
    public void Serving_EverybodyInPlace_ChangesNothing()
    {
        var decision = Decide(InSync, Primary(), Replica("mysql-2"));

        Assert.Equal("mysql-1 is primary in epoch 1, mysql-2 in sync.", Assert.IsType<Steady>(decision).Reason);
    }

    [Fact]
    public void SecondStart_BothFenced_ReplicaIsAttachedFirst()
    {
        var decision = Decide(InSync, Returned(), Replica("mysql-2") with { Replication = null, Executed = GtidSet.Parse($"{Uuid}:1-9") });

        Assert.Equal(("mysql-2", "mysql-1"), Assert.IsType<Attach>(decision) is var attach ? (attach.Replica, attach.Primary) : default);
    }

    [Fact]
    public void SecondStart_ReplicaHasNotReceivedAll_PrimaryStaysFenced()
    {
        var decision = Decide(InSync, Returned(), Replica("mysql-2") with { Executed = GtidSet.Parse($"{Uuid}:1-9") });

        Assert.Equal("mysql-1 stays fenced until mysql-2 holds all that it came back with.", Assert.IsType<Hold>(decision).Reason);
    }

    [Fact]
    public void SecondStart_ReplicaSilent_PrimaryStaysFencedUntilItCountsAsLost()
    {
        Assert.IsType<Hold>(Decide(InSync, Returned(secondsAgo: 1.9), Silent("mysql-2")));
        Assert.IsType<Degrade>(Decide(InSync, Returned(secondsAgo: 2), Silent("mysql-2")));
    }

    [Fact]
    public void SecondStart_ReplicaNotSeenSinceTheStart_HasTimeToStart()
    {
        var starting = Silent("mysql-2") with { NeverSeen = true };

        Assert.IsType<Hold>(Decide(InSync, Returned(secondsAgo: 4.9), starting));
        Assert.IsType<Degrade>(Decide(InSync, Returned(secondsAgo: 5), starting));
    }

    [Fact]
    public void SecondStart_ReplicaReceivesButTooSlowly_CountsAsLostAfterAnActionsTimeMore()
    {
        var behind = Replica("mysql-2") with { Executed = GtidSet.Parse($"{Uuid}:1-9") };

        Assert.IsType<Hold>(Decide(InSync, Returned(secondsAgo: 11.9), behind));
        Assert.IsType<Degrade>(Decide(InSync, Returned(secondsAgo: 12), behind));
    }

    [Fact]
    public void SecondStart_ReplicaHasReceivedAll_PrimaryTakesWritesAndWaitsForIt()
    {
        var received = Replica("mysql-2", replication => replication with { Received = GtidSet.Parse($"{Uuid}:9-10") }) with { Executed = GtidSet.Parse($"{Uuid}:1-9") };

        var decision = Decide(InSync, Returned(), received);

        Assert.Equal(("mysql-1", 1), Assert.IsType<Unfence>(decision) is var unfence ? (unfence.Primary, unfence.Acknowledgements) : default);
    }

    [Fact]
    public void SecondStart_ReplicaStopped_IsAttached()
    {
        var stopped = Replica("mysql-2", replication => replication with { IoState = "OFF", ApplierRunning = false });

        Assert.Equal(("mysql-2", "mysql-1"), Assert.IsType<Attach>(Decide(InSync, Primary(clients: 0), stopped)) is var attach ? (attach.Replica, attach.Primary) : default);
    }

    [Fact]
    public void Journal_OlderThanTheData_HoldsAndFencesNobody()
    {
        var newer = Replica("mysql-2") with { SuperReadOnly = false, Epoch = 3 };

        Assert.StartsWith("mysql-2 holds data of epoch 3 and the journal ends in epoch 1", Assert.IsType<Hold>(Decide(InSync, Returned(), newer)).Reason, StringComparison.Ordinal);
        Assert.IsType<Hold>(Decide(InSync with { Phase = JournalPhase.Promoting }, Returned(), newer));
    }

    [Fact]
    public void SecondStart_PrimaryHoldsAnotherEpoch_StaysFenced()
    {
        var decision = Decide(InSync with { Epoch = 2 }, Primary() with { SuperReadOnly = true }, Replica("mysql-2"));

        Assert.Contains("it holds data of epoch 1", Assert.IsType<Hold>(decision).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void PrimaryLostItsVolume_InSyncReplicaIsPromotedAndNobodyElse()
    {
        Assert.Equal("The primary mysql-1 has lost its data; mysql-2 holds every acknowledged write and becomes primary in epoch 2.",
            Assert.IsType<Promote>(Decide(InSync, Fresh("mysql-1"), Replica("mysql-2"))).Reason);
        Assert.Contains("mysql-2 could take over, but automatic failover is paused", Assert.IsType<Hold>(Decide(InSync with { Paused = true }, Fresh("mysql-1"), Replica("mysql-2"))).Reason, StringComparison.Ordinal);
        Assert.Contains("it holds no data of this cluster", Assert.IsType<Hold>(Decide(Alone, Fresh("mysql-1"), Replica("mysql-2"))).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void PrimaryOffline_BeingStopped_HandsOverAndIsNotLetBackOnline()
    {
        var leaving = Primary() with { OfflineMode = true };

        Assert.True(Assert.IsType<Switchover>(Decide(InSync, leaving, Replica("mysql-2"))) is { Replica: "mysql-2", Leaving: true });
        Assert.Contains("it is being stopped", Assert.IsType<Hold>(Decide(Alone, leaving, Replica("mysql-2"))).Reason, StringComparison.Ordinal);
        Assert.IsType<Hold>(Decide(InSync with { Paused = true }, leaving, Replica("mysql-2")));
    }

    [Fact]
    public void PrimaryDiskFull_InSyncReplicaWithRoom_TakesOver()
    {
        var full = Primary() with { DiskFull = true };

        Assert.True(Assert.IsType<Switchover>(Decide(InSync, full, Replica("mysql-2"))) is { Replica: "mysql-2", Leaving: false });
        Assert.Contains("make room there", Assert.IsType<Hold>(Decide(InSync, full, Replica("mysql-2") with { DiskFull = true })).Reason, StringComparison.Ordinal);
        Assert.IsType<Hold>(Decide(InSync with { Paused = true }, full, Replica("mysql-2")));
        Assert.IsType<Hold>(Decide(InSync with { FailedOverAt = Now - TimeSpan.FromMinutes(1), Former = "mysql-3" }, full, Replica("mysql-2")));
        Assert.IsType<Switchover>(Decide(InSync with { FailedOverAt = Now - TimeSpan.FromMinutes(1), Former = "mysql-2" }, full, Replica("mysql-2")));
    }

    [Fact]
    public void PrimaryLost_NobodyHearsIt_InSyncReplicaIsPromoted()
    {
        var decision = Assert.IsType<Promote>(Decide(InSync, Silent("mysql-1"), Deaf("mysql-2")));

        Assert.Equal(new Promote("mysql-2", "mysql-1", 2, AcceptsLoss: false,
            "The primary mysql-1 does not answer (no route) and no replica hears it; mysql-2 holds every acknowledged write and becomes primary in epoch 2."), decision);
    }

    [Theory]
    [InlineData(1.2, true)]
    [InlineData(1.4, false)]
    public void PrimarySilent_ReplicaHeardOfItLately_GoesOn(double silence, bool holds)
    {
        var replica = Replica("mysql-2", replication => replication with { Silence = TimeSpan.FromSeconds(silence) });

        var decision = Decide(InSync, Silent("mysql-1"), replica);

        Assert.Equal(holds ? typeof(Hold) : typeof(Promote), decision.GetType());
        Assert.Equal(holds, decision.Reason.Contains("mysql-2 still hears it", StringComparison.Ordinal));
    }

    [Fact]
    public void PrimaryLost_ReplicaNotInSync_IsNotPromoted()
    {
        Assert.Contains("no replica is known to hold everything", Assert.IsType<Hold>(Decide(Alone, Silent("mysql-1"), Deaf("mysql-2"))).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void PrimaryLost_ReplicaLostTheDataOfItsEpoch_IsNotPromoted()
    {
        Assert.IsType<Hold>(Decide(InSync, Silent("mysql-1"), Deaf("mysql-2") with { Epoch = null }));
    }

    [Fact]
    public void BothLost_HoldsForEither()
    {
        Assert.Contains("nor does mysql-2", Assert.IsType<Hold>(Decide(InSync, Silent("mysql-1"), Silent("mysql-2"))).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void PrimaryLost_Paused_Holds()
    {
        Assert.Contains("paused", Assert.IsType<Hold>(Decide(InSync with { Paused = true }, Silent("mysql-1"), Deaf("mysql-2"))).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(9, true)]
    [InlineData(11, false)]
    public void PrimaryLostAgain_FormerPrimaryNotBackInSync_WaitsForTheWindow(double minutes, bool holds)
    {
        var journal = InSync with { Former = "mysql-3", FailedOverAt = Now - TimeSpan.FromMinutes(minutes) };

        Assert.Equal(holds ? typeof(Hold) : typeof(Promote), Decide(journal, Silent("mysql-1"), Deaf("mysql-2")).GetType());
    }

    [Fact]
    public void PrimaryNotSeenSinceTheStart_HasTimeToStart()
    {
        var starting = Silent("mysql-1") with { NeverSeen = true, SilentSince = Now - TimeSpan.FromSeconds(4) };

        Assert.IsType<Hold>(Decide(InSync, starting, Deaf("mysql-2")));
        Assert.IsType<Promote>(Decide(InSync, starting with { SilentSince = Now - TimeSpan.FromSeconds(5) }, Deaf("mysql-2")));

        // The replica has heard it, and does so no more: only the coordinator is new.
        Assert.IsType<Promote>(Decide(InSync, starting, Replica("mysql-2", replication => replication with { IoState = "CONNECTING", Silence = TimeSpan.FromSeconds(2) })));
    }

    [Fact]
    public void Promoting_CutOffBefore_GoesOnWithTheSameNodeAndFencesTheFormer()
    {
        var begun = new JournalEntry(JournalPhase.Promoting, 2, "mysql-2", [], Former: "mysql-1");

        Assert.Equal(("mysql-2", 2), Assert.IsType<Promote>(Decide(begun, Silent("mysql-1"), Deaf("mysql-2"))) is var promote ? (promote.Replica, promote.Epoch) : default);
        Assert.Equal("mysql-1", Assert.IsType<Fence>(Decide(begun, Primary(), Deaf("mysql-2"))).Node);
        Assert.Contains("it may have taken writes already", Assert.IsType<Hold>(Decide(begun, Returned(), Silent("mysql-2"))).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void FormerPrimaryBack_WithTransactionsOfItsOwn_IsCopiedAnew()
    {
        var journal = new JournalEntry(JournalPhase.Serving, 2, "mysql-2", []);
        var primary = Deaf("mysql-2") with { SuperReadOnly = false, Epoch = 2, Replication = null };
        var former = Returned() with { Executed = GtidSet.Parse($"{Uuid}:1-12") };

        var clone = Assert.IsType<Clone>(Decide(journal, former, primary));

        Assert.Equal(("mysql-1", "mysql-2", $"{Uuid}:11-12"), (clone.Replica, clone.Primary, clone.Errant));
        Assert.IsType<Hold>(Decide(journal, former with { Cloning = true }, primary));
        Assert.IsType<Attach>(Decide(journal, Returned(), primary));
    }

    [Fact]
    public void FormerPrimaryBack_WithWhatAnOperatorGaveUp_IsLeftToTheOperator()
    {
        var journal = new JournalEntry(JournalPhase.Serving, 2, "mysql-2", [], GivenUp: ["mysql-1"]);
        var primary = Deaf("mysql-2") with { SuperReadOnly = false, Epoch = 2, Replication = null, ServerUuid = "b0c64af5-e517-11f1-b515-0242ac180002" };
        var former = Returned() with { Executed = GtidSet.Parse($"{Uuid}:1-12") };

        Assert.StartsWith("mysql-1 holds transactions that were given up when mysql-2 was promoted anyway", Assert.IsType<Hold>(Decide(journal, former, primary)).Reason, StringComparison.Ordinal);
        Assert.Equal($"{Uuid}:11-12", Assert.IsType<Clone>(new DiscardCommand("mysql-1").Decide(new ClusterView(Now, [former, primary]), journal)).Errant);
        Assert.IsType<Attach>(Decide(journal, Returned(), primary));
    }

    [Fact]
    public void ReplicaStreams_WithTransactionsOfItsOwn_IsSaidAndLeftToTheOperator()
    {
        var written = Replica("mysql-2") with { Executed = GtidSet.Parse($"{Uuid}:1-10,b0c64af5-e517-11f1-b515-0242ac180002:1") };

        Assert.StartsWith("mysql-2 replicates from mysql-1 but holds transactions that mysql-1 never had", Assert.IsType<Hold>(Decide(InSync, Primary(), written)).Reason, StringComparison.Ordinal);
        Assert.IsType<Clone>(new DiscardCommand("mysql-2").Decide(new ClusterView(Now, [Primary(), written]), InSync));

        // Transactions of the primary's own making: it executed them after it was asked.
        Assert.IsType<Steady>(Decide(InSync, Primary(), Replica("mysql-2") with { Executed = GtidSet.Parse($"{Uuid}:1-11") }));
    }

    [Fact]
    public void Discard_WhereThereIsNothingToDiscardOrNoPrimary_IsRefused()
    {
        Assert.Contains("nothing to discard", Assert.IsType<Hold>(new DiscardCommand("mysql-2").Decide(new ClusterView(Now, [Primary(), Replica("mysql-2")]), InSync)).Reason, StringComparison.Ordinal);
        Assert.Contains("only while a primary takes writes", Assert.IsType<Hold>(new DiscardCommand("mysql-2").Decide(new ClusterView(Now, [Silent("mysql-1"), Replica("mysql-2")]), InSync)).Reason, StringComparison.Ordinal);
        Assert.Contains("no replica", Assert.IsType<Hold>(new DiscardCommand("mysql-1").Decide(new ClusterView(Now, [Primary(), Replica("mysql-2")]), InSync)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Switchover_BegunAndCutOff_IsCarriedOnOrGivenUp()
    {
        var begun = InSync with { Handover = "mysql-2" };

        Assert.IsType<Switchover>(Decide(begun, Primary() with { OfflineMode = true, SuperReadOnly = true }, Replica("mysql-2")));
        Assert.EndsWith("mysql-1 goes on.",
            Assert.IsType<AbandonSwitchover>(Decide(begun, Primary() with { OfflineMode = true, SuperReadOnly = true }, Silent("mysql-2"))).Reason, StringComparison.Ordinal);
        Assert.EndsWith("mysql-1 stays offline and is waited for.",
            Assert.IsType<AbandonSwitchover>(Decide(begun with { Leaving = true }, Primary() with { OfflineMode = true }, Silent("mysql-2"))).Reason, StringComparison.Ordinal);
        Assert.IsType<Promote>(Decide(begun, Silent("mysql-1"), Deaf("mysql-2")));
    }

    [Fact]
    public void Switchover_BegunByAPrimaryThatHasLostItsData_IsNotCarriedOn()
    {
        var begun = InSync with { Handover = "mysql-2" };
        var emptied = Primary() with { Epoch = null, Executed = GtidSet.Empty, SuperReadOnly = true };

        Assert.Contains("has lost its data", Assert.IsType<Promote>(Decide(begun, emptied, Replica("mysql-2"))).Reason, StringComparison.Ordinal);
        Assert.IsType<Hold>(Decide(begun with { InSync = ["mysql-2", "mysql-3"] }, emptied, Replica("mysql-2"), Silent("mysql-3")));
    }

    [Fact]
    public void PrimaryBack_WithoutTransactionsThatAReplicaHasFromIt_StaysFencedAndTheReplicaKeepsItsData()
    {
        var older = Returned(secondsAgo: 60) with { Executed = GtidSet.Parse($"{Uuid}:1-8") };
        var stopped = Replica("mysql-2", replication => replication with { IoState = "OFF", LastError = "Replica has more GTIDs than the source has" });

        Assert.EndsWith("stop it, and mysql-2 takes over.", Assert.IsType<Hold>(Decide(InSync, older, stopped)).Reason, StringComparison.Ordinal);
        Assert.Contains($"({Uuid}:9-10)", Assert.IsType<Hold>(Decide(Alone, older, stopped)).Reason, StringComparison.Ordinal);
        Assert.IsType<Promote>(Decide(InSync, Silent("mysql-1"), Deaf("mysql-2")));

        // Commits that wait may be on the replica first; and what somebody else wrote there the primary never had.
        Assert.IsNotType<Hold>(Decide(InSync, older with { SemiSync = older.SemiSync with { WaitingCommits = 1 } }, Replica("mysql-2")));
        Assert.IsType<Unfence>(Decide(InSync, Returned(), Replica("mysql-2") with { Executed = GtidSet.Parse($"{Uuid}:1-10,b0c64af5-e517-11f1-b515-0242ac180002:1") }));
    }

    [Fact]
    public void ReplicaThatTakesWrites_IsFencedAndGoesOnServingReads()
    {
        Assert.True(Assert.IsType<Fence>(Decide(InSync, Primary(), Replica("mysql-2") with { SuperReadOnly = false })).Replicates);
        Assert.False(Assert.IsType<Fence>(Decide(InSync, Primary(), Deaf("mysql-2") with { SuperReadOnly = false })).Replicates);
    }

    [Fact]
    public void FormerPrimary_ThatIsBeingStopped_IsLeftAloneUntilItHasEnded()
    {
        var journal = Alone with { Left = "mysql-2" };
        var (primary, stopping) = (Primary() with { SemiSync = new() }, Replica("mysql-2") with { Replication = null, OfflineMode = true, FencedSince = Now });

        Assert.EndsWith("which is being stopped.", Assert.IsType<Hold>(Decide(journal, primary, stopping)).Reason, StringComparison.Ordinal);
        Assert.IsType<Attach>(Decide(journal, primary, stopping with { OfflineMode = false }));
        Assert.IsType<Attach>(Decide(journal, primary, stopping with { FencedSince = Now - TimeSpan.FromMinutes(1) }));
        Assert.IsType<Attach>(Decide(Alone, primary, stopping));
    }

    [Fact]
    public void Switchover_NotInSync_IsRefused()
    {
        var seen = new ClusterView(Now, [Primary(), Replica("mysql-2")]);

        Assert.Contains("not in sync", Assert.IsType<Hold>(SwitchoverRules.Begin(seen, Alone, "mysql-2")).Reason, StringComparison.Ordinal);
        Assert.Contains("no node", Assert.IsType<Hold>(SwitchoverRules.Begin(seen, InSync, "mysql-7")).Reason, StringComparison.Ordinal);
        Assert.Contains("already", Assert.IsType<Hold>(SwitchoverRules.Begin(seen, InSync, "mysql-1")).Reason, StringComparison.Ordinal);
        Assert.Equal("mysql-2", Assert.IsType<Switchover>(SwitchoverRules.Begin(seen, InSync, null)).Replica);
    }

    [Fact]
    public void Stranger_TakesWrites_IsFencedBeforeAnythingElse()
    {
        var decision = Decide(InSync, Silent("mysql-1"), Replica("mysql-2") with { SuperReadOnly = false });

        Assert.Equal("mysql-2", Assert.IsType<Fence>(decision).Node);
    }

    [Theory]
    [InlineData(1.9, false)]
    [InlineData(2.0, true)]
    public void ReplicaLost_ForLongEnough_WritesGoOnWithoutIt(double seconds, bool degrades)
    {
        var primary = Primary(clients: 0);
        primary = primary with { SemiSync = primary.SemiSync with { LackingSince = Now - TimeSpan.FromSeconds(seconds) } };

        var decision = Decide(InSync, primary, Silent("mysql-2"));

        Assert.Equal(degrades, decision is Degrade { Primary: "mysql-1" });
    }

    [Fact]
    public void ReplicaLost_ToTheCoordinatorOnly_StaysInSync()
    {
        var decision = Decide(InSync, Primary(clients: 1), Silent("mysql-2"));

        Assert.IsType<Hold>(decision);
    }

    [Theory]
    [InlineData(1.9, false)]
    [InlineData(2.0, true)]
    public void ReplicaFrozen_CommitsWaitAndNoneIsAcknowledged_WritesGoOnWithoutIt(double seconds, bool degrades)
    {
        var primary = Primary(clients: 1);
        primary = primary with { SemiSync = primary.SemiSync with { WaitingCommits = 1, StalledSince = Now - TimeSpan.FromSeconds(seconds) } };

        Assert.Equal(degrades, Decide(InSync, primary, Silent("mysql-2")) is Degrade);
    }

    [Fact]
    public void ReplicaOffline_BeingStopped_WritesGoOnWithoutItAtOnceAndDoNotWaitForItAgain()
    {
        var leaving = Replica("mysql-2") with { OfflineMode = true };

        Assert.Equal("mysql-2 is offline, as before it is stopped; writes go on without it, and it cannot be promoted.",
            Assert.IsType<Degrade>(Decide(InSync, Primary(), leaving)).Reason);
        Assert.Equal("mysql-1 is primary and serves without mysql-2 (it is offline: it is being stopped, or somebody set offline_mode).",
            Assert.IsType<Hold>(Decide(Alone, Primary() with { SemiSync = new() }, leaving)).Reason);
    }

    [Fact]
    public void PrimarySilentWhileItIsBeingStopped_StillHeard_IsReplaced()
    {
        var stopping = Silent("mysql-1") with { WasOffline = true };
        var hearing = Replica("mysql-2", replication => replication with { Silence = TimeSpan.Zero });

        Assert.Contains("was offline before, as before it is stopped", Assert.IsType<Promote>(Decide(InSync, stopping, hearing)).Reason, StringComparison.Ordinal);
        Assert.Contains("still hears it", Assert.IsType<Hold>(Decide(InSync, stopping with { WasOffline = false }, hearing)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void PrimaryOffline_ReplicaCameBackIdle_GetsWhatThePrimaryHasToTakeOver()
    {
        var idle = Replica("mysql-2", replication => replication with { IoState = "OFF", ApplierRunning = false });

        Assert.Equal("mysql-2", Assert.IsType<Attach>(Decide(InSync, Primary() with { OfflineMode = true }, idle)).Replica);
    }

    [Fact]
    public void Stranger_OfflineAndNotFencedToTheEnd_HoldsUpNobody()
    {
        var stranger = Replica("mysql-2") with { SuperReadOnly = false, ReadOnly = false, OfflineMode = true };

        Assert.IsType<Unfence>(Decide(Alone, Returned(), stranger));
        Assert.Equal("mysql-2", Assert.IsType<Fence>(Decide(Alone, Primary() with { SemiSync = new() }, stranger)).Node);
    }

    [Fact]
    public void Switchover_BegunBecauseThePrimaryLeaves_IsCarriedOnAsThat()
    {
        var begun = InSync with { Handover = "mysql-2", Leaving = true };

        Assert.True(Assert.IsType<Switchover>(Decide(begun, Primary() with { OfflineMode = true }, Replica("mysql-2"))).Leaving);
    }

    [Fact]
    public void BothOffline_BeingStopped_NobodyTakesOverAndTheJournalKeepsItsPromise()
    {
        var decision = Decide(InSync, Primary() with { OfflineMode = true }, Replica("mysql-2") with { OfflineMode = true });

        Assert.Contains("it is being stopped", Assert.IsType<Hold>(decision).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void ReplicaLostItsVolume_IsNotCountedOnAnyMore()
    {
        var decision = Decide(InSync, Primary(), Fresh("mysql-2"));

        Assert.IsType<Degrade>(decision);
    }

    [Fact]
    public void PrimaryDoesNotWait_ThoughTheJournalPromisesIt_PromiseIsWithdrawnFirst()
    {
        var waiting = Primary();
        foreach (var semiSync in new[] { new SemiSyncView(), waiting.SemiSync with { SourceActive = false }, waiting.SemiSync with { WaitFor = 0 } })
        {
            Assert.IsType<Degrade>(Decide(InSync, waiting with { SemiSync = semiSync }, Replica("mysql-2")));
        }
    }

    [Fact]
    public void PrimaryWaits_ThoughTheJournalCountsOnNobody_IsReleased()
    {
        var decision = Decide(Alone, Primary(), Silent("mysql-2"));

        Assert.Equal(0, Assert.IsType<Unfence>(decision).Acknowledgements);
    }

    [Fact]
    public void ReplicaBack_Streaming_IsSynchronized()
    {
        var decision = Decide(Alone, Primary() with { SemiSync = new() }, Replica("mysql-2"));

        Assert.Equal("mysql-2", Assert.IsType<Synchronize>(decision).Replica);
    }

    [Fact]
    public void ReplicaBack_WithTransactionsThePrimaryNeverHad_IsCopiedAnew()
    {
        var errant = Replica("mysql-2", replication => replication with { IoState = "OFF" }) with { Executed = GtidSet.Parse($"{Uuid}:1-11") };

        Assert.Contains($"({Uuid}:11)", Assert.IsType<Clone>(Decide(Alone, Primary() with { SemiSync = new() }, errant)).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Uuid, "", false)]
    [InlineData(Uuid, $"{Uuid}:1-3", true)]
    [InlineData("b0c64af5-e517-11f1-b515-0242ac180002", "", true)]
    public void ReplicaBack_Empty_IsCopiedWhereThePrimaryCannotSendEverything(string primary, string purged, bool copied)
    {
        var decision = Decide(Alone, Primary() with { SemiSync = new(), ServerUuid = primary, Purged = GtidSet.Parse(purged) }, Fresh("mysql-2"));

        Assert.Equal(copied, decision is Clone { Replica: "mysql-2", Primary: "mysql-1", Errant: "" });
        Assert.Equal(!copied, decision is Attach { Replica: "mysql-2" });
    }

    [Fact]
    public void ReplicaBack_HavingReceivedWhatThePrimaryCannotSend_IsAttached()
    {
        var primary = Primary() with { SemiSync = new(), Purged = GtidSet.Parse($"{Uuid}:1-10") };
        var replica = Replica("mysql-2", replication => replication with { IoState = "OFF", Received = GtidSet.Parse($"{Uuid}:5-10") }) with { Executed = GtidSet.Parse($"{Uuid}:1-4") };

        Assert.IsType<Attach>(Decide(Alone, primary, replica));
    }

    [Fact]
    public void ReplicaBack_WithWhatThePrimaryStillWaitsFor_IsAttached()
    {
        var primary = Primary() with { ServerUuid = Uuid };
        primary = primary with { SemiSync = primary.SemiSync with { WaitingCommits = 1 } };
        var ahead = Replica("mysql-2", replication => replication with { IoState = "OFF" }) with { Executed = GtidSet.Parse($"{Uuid}:1-11") };

        Assert.IsType<Attach>(Decide(InSync, primary, ahead));
        Assert.IsType<Clone>(Decide(InSync, primary with { ServerUuid = "b0c64af5-e517-11f1-b515-0242ac180002" }, ahead));
    }

    [Fact]
    public void ReplicaConnecting_ToThePrimary_IsLeftAlone()
    {
        var connecting = Replica("mysql-2", replication => replication with { IoState = "CONNECTING" });

        Assert.Equal("mysql-1 is primary and waits for mysql-2, which does not acknowledge (receiving CONNECTING, applying ON).",
            Assert.IsType<Hold>(Decide(InSync, Primary(clients: 0), connecting)).Reason);
    }

    [Fact]
    public void ReplicaConnecting_ToSomebodyElse_IsAttached()
    {
        var connecting = Replica("mysql-2", replication => replication with { IoState = "CONNECTING", SourceHost = "elsewhere" });

        Assert.IsType<Attach>(Decide(InSync, Primary(clients: 0), connecting));
    }

    [Fact]
    public void Journal_NamesANodeThatTheOptionsDoNot_Holds()
    {
        Assert.Contains("mysql-9", Assert.IsType<Hold>(Decide(InSync with { Primary = "mysql-9" }, Primary(), Replica("mysql-2"))).Reason, StringComparison.Ordinal);
    }

    private static Decision Decide(JournalEntry journal, params NodeView[] nodes) => FailoverRules.Decide(new ClusterView(Now, [.. nodes]), journal, Rules);

    private static NodeView Fresh(string name) => new(name) { PeerHost = name, PeerPort = 3306, SuperReadOnly = true };

    private static NodeView Silent(string name) => new(name) { Error = "no route" };

    private static NodeView Deaf(string name) => Replica(name, replication => replication with { IoState = "CONNECTING" });

    private static NodeView Primary(int clients = 1) => Fresh("mysql-1") with
    {
        SuperReadOnly = false,
        Epoch = 1,
        ServerUuid = Uuid,
        Executed = GtidSet.Parse($"{Uuid}:1-10"),
        SemiSync = new() { SourceEnabled = true, WaitFor = 1, SourceActive = true, Clients = clients },
    };

    private static NodeView Returned(double secondsAgo = 0) =>
        Primary() with { SuperReadOnly = true, SemiSync = new(), FencedSince = Now - TimeSpan.FromSeconds(secondsAgo) };

    private static NodeView Replica(string name, Func<ReplicationView, ReplicationView>? change = null)
    {
        var replication = new ReplicationView { SourceHost = "mysql-1", SourcePort = 3306, AutoPosition = true, Tls = true, IoState = "ON", ApplierRunning = true };
        return Fresh(name) with { Epoch = 1, Executed = GtidSet.Parse($"{Uuid}:1-10"), Replication = change?.Invoke(replication) ?? replication };
    }
}
