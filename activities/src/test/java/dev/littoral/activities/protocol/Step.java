package dev.littoral.activities.protocol;

import dev.littoral.workflows.model.CleanRequest;
import dev.littoral.workflows.model.CommitRequest;
import dev.littoral.workflows.model.DeclareRequest;
import dev.littoral.workflows.model.DiscardRequest;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.RetireRequest;
import dev.littoral.workflows.model.RollbackRequest;
import dev.littoral.workflows.model.ShardsRequest;

/** A step that real code runs, as Temporal runs an activity: in attempts, of which several may be under way. */
sealed interface Step {
    record ReadHead() implements Step {}

    /** The head for a collection that starts; what dead updates left in staging is removed. */
    record Open() implements Step {}

    record FindCommit(long update) implements Step {}

    record Declare(DeclareRequest request) implements Step {}

    record ListFiles(ListRequest request) implements Step {}

    record ReadFragments(ShardsRequest request) implements Step {}

    record Balance(ShardsRequest request) implements Step {}

    record Commit(CommitRequest request) implements Step {}

    record Retire(RetireRequest request) implements Step {}

    record Discard(DiscardRequest request) implements Step {}

    record Clean(CleanRequest request) implements Step {}

    /** A person looks at the log for the oldest snapshot there is. */
    record FindOldest() implements Step {}

    /** A person makes an old snapshot serve again. */
    record RollBack(RollbackRequest request) implements Step {}

    /** A consumer asks for a lease, or for a longer one. */
    record Lease(String consumer, Head version) implements Step {}

    /** A consumer says that it serves a version. */
    record Answer(String consumer, long version) implements Step {}

    /** What it is called in a story. */
    default String word() {
        return switch (this) {
            case ReadHead ignored -> "reads the head";
            case Open ignored -> "opens the catalog";
            case FindCommit find -> "looks for the commit of update " + find.update();
            case Declare declare ->
                "declares " + declare.request().source().uri() + " upon version "
                        + declare.request().base().version();
            case ListFiles list -> "lists upon version " + list.request().base().version();
            case ReadFragments ignored -> "reads footers";
            case Balance ignored -> "balances";
            case Commit commit ->
                "commits upon version " + commit.request().base().version();
            case Retire retire ->
                "retires upon version " + retire.request().base().version();
            case Discard ignored -> "discards";
            case Clean ignored -> "cleans";
            case FindOldest ignored -> "looks for the oldest snapshot";
            case Lease lease -> "asks for a lease on version " + lease.version().version();
            case Answer answer -> "says that it serves version " + answer.version();
            case RollBack back ->
                "rolls back to version " + back.request().version() + " upon version "
                        + back.request().base().version();
        };
    }
}
