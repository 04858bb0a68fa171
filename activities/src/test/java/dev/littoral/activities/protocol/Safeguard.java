package dev.littoral.activities.protocol;

/** What the protocol rests on. The explorer takes one away and has to find what breaks. */
enum Safeguard {
    /** All is as it ships. */
    NOTHING("nothing", "", 0),
    EXACT_BASE(
            "a commit whose base moved is written on the newer version",
            "two refreshes of one source, answers lost",
            4),
    NO_MOVE_IN_ACTIVITY(
            "a commit reads the newest version and is written on that",
            "two updates, the source changed between, answers lost",
            2),
    LIST_AFTER_BASE("the base is read again after the listing", "two refreshes of one source, answers lost", 4),
    CREATE_IF_ABSENT(
            "the store replaces a version that is there", "two updates, the source changed between, answers lost", 1),
    ONE_WINNER(
            "the store lets two creates of one version win, and keeps the first",
            "two updates, the source changed between, answers lost",
            5),
    OWN_COMMIT_READ_BACK(
            "one's own commit is not known again after a lost answer",
            "two updates, the source changed between, answers lost",
            5),
    CONTENT_OF_OWN_COMMIT(
            "a version with one's own commitId is taken for one's own, whatever it says",
            "a collection, A -> B -> C, tasks run again",
            5),
    CONDITIONAL_READ("a file is read whatever version it has", "one update, every call, two attempts of every step", 8),
    LISTING_PER_ATTEMPT(
            "two attempts of a listing stage under one name",
            "a first update of two shards, every call, two attempts of every step",
            8),
    FOLDER_PER_ATTEMPT(
            "two attempts of a listing prepare in one folder",
            "one small update, every call, two attempts of every step",
            7),
    ROOT_BEFORE_HEAD(
            "the version is created before the snapshot's root is written",
            "two updates, the source changed between, answers lost",
            7),
    OBJECTS_UNTIL_REFUSED(
            "an update removes its objects though its commit may still arrive",
            "one update, one try for each step, answers lost",
            7),
    FOLDER_OF_FUTURE_VERSION("clean-up removes what no version reaches yet", "clean-up while two update", 7),
    VERSIONS_BEFORE_OBJECTS(
            "clean-up removes objects before the versions that name them", "clean-up while two update", 7),
    REACHED_BY_KEPT_VERSIONS(
            "clean-up keeps of a version only what is in its own folder", "clean-up while two update", 7),
    RETENTION_WINDOW("clean-up keeps nothing but the newest version", "clean-up while two update", 11),
    FRESH_SEGMENT_IDS(
            "a commit does not count the segment ids it used",
            "two updates, the source changed between, answers lost",
            6),
    DELETES_IN_LISTING("a listing does not say which rows are deleted", "a table deletes rows", 8),
    DELETES_THAT_SHRINK(
            "a file that has fewer deleted rows than before keeps its segments", "a table restores a row", 6),
    DELETES_THAT_DIFFER(
            "a file that has as many deleted rows as before, but others, keeps its segments",
            "a table restores a row and deletes another",
            6),
    END_BY_GENERATION(
            "an update whose generation is over lists again, whatever its number", "a collection, A -> B -> A", 5),
    END_BY_NUMBER(
            "an update lists again though the catalog knows a later one",
            "two refreshes of one source, answers lost",
            4),
    END_BY_RETIREMENT(
            "an update goes on though its collection was retired", "a collection is retired while it is updated", 9),
    END_BY_ROLLBACK(
            "an update lists again upon a version that rolls back",
            "a collection is rolled back while it is updated",
            12),
    PAUSE_AFTER_ROLLBACK(
            "a collection goes on refreshing after a rollback", "a collection is rolled back while it is updated", 12),
    DECLARE_BEFORE_LISTING(
            "a changed source is listed and committed without a declaration",
            "two updates, the source changed between, answers lost",
            2),
    HEAD_AFTER_STOPPED_UPDATE(
            "how an update ended is said without a look at the head",
            "a collection, a refresh, one try for each step, two faults",
            5),
    LAUNCH_OF_COMMIT(
            "a collection knows the commit of an update by its number alone", "one collection on two services", 5),
    COMMIT_BELOW_NEWEST(
            "of what an update may have committed only the newest version is looked at",
            "a collection that somebody else retires, one try for each step, two faults",
            5),
    LIST_AGAIN_WITHOUT_STAGING("an update whose staging clean-up has removed fails", "clean-up while two update", 5),
    FIRST_ATTEMPT_OF_COMMIT(
            "any attempt of a commit says that nothing was sent where staging is gone, though one before it may have"
                    + " created the version",
            "clean-up while one updates, stragglers",
            5),
    BOUNDARY(
            "clean-up deletes versions without saying so before",
            "a consumer that may be paused, clean-up, time passes",
            13),
    BOUNDARY_BEFORE_SECOND_LOOK(
            "clean-up says what it deletes after its second look at consumers",
            "a consumer that may be paused, clean-up, time passes",
            13),
    SECOND_LOOK("clean-up looks at consumers once", "a consumer that may be paused, clean-up, time passes", 13),
    LEASE_BEFORE_LOOK(
            "a consumer looks at the boundary before its lease is written",
            "a consumer that may be paused, clean-up, time passes",
            13),
    END_OF_LEASE(
            "a consumer does not look whether its lease still runs",
            "a consumer that may be paused, clean-up, time passes",
            13),
    CLOCK_MARGIN(
            "clean-up takes a lease for one that is over when its own clock says so",
            "a consumer that may be paused, clean-up, time passes",
            13),
    LEASE_OF_ROLLBACK(
            "a rollback does not hold the version that it serves again",
            "a person rolls back while clean-up deletes",
            7),
    PINNED_VERSION(
            "a step reads the table's newest version instead of the one that was listed",
            "a table moves on while it is updated",
            8),
    MOVED_BY_ID(
            "rows that a table moved are known again by their ids alone, whichever commit changed them last",
            "a table moves rows while it is updated",
            6),
    HEAD_BEFORE_CHANGE(
            "a change to the source that a collection believes to be declared is answered from that belief",
            "a collection is asked for A, and a service beside it for B",
            5),
    DOUBTFUL_BASE(
            "a declaration that failed is forgotten, though it may still arrive",
            "a collection, A -> B -> A, one try for each step",
            10);

    private final String loss;
    private final String world;
    private final int invariant;

    Safeguard(String loss, String world, int invariant) {
        this.loss = loss;
        this.world = world;
        this.invariant = invariant;
    }

    /**
     * Whether it is lost only where a step takes what it is asked for as consistent, too: the second safeguard for the
     * same.
     */
    boolean trusting() {
        return switch (this) {
            case EXACT_BASE,
                    NO_MOVE_IN_ACTIVITY,
                    LIST_AFTER_BASE,
                    RETENTION_WINDOW,
                    FRESH_SEGMENT_IDS,
                    END_BY_GENERATION,
                    END_BY_NUMBER,
                    END_BY_RETIREMENT,
                    END_BY_ROLLBACK,
                    DECLARE_BEFORE_LISTING -> true;
            default -> false;
        };
    }

    /** What is wrong without it, in words. */
    String loss() {
        return loss;
    }

    /** The world in which its loss shows. */
    String world() {
        return world;
    }

    /** The invariant that is the first not to hold. */
    int invariant() {
        return invariant;
    }
}
