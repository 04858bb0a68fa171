package dev.littoral.activities.protocol;

/** What the protocol rests on. The explorer takes one away and has to find what breaks. */
enum Safeguard {
    /** All is as it ships. */
    NOTHING("nothing"),
    EXACT_BASE("a commit whose base moved is written upon the newer version"),
    NO_MOVE_IN_ACTIVITY("a commit reads the newest version and is written upon that"),
    LIST_AFTER_BASE("the base is read again after the listing"),
    CREATE_IF_ABSENT("the store replaces a version that is there"),
    ONE_WINNER("the store lets two creates of one version win, and keeps the first"),
    OWN_COMMIT_READ_BACK("one's own commit is not known again after a lost answer"),
    CONTENT_OF_OWN_COMMIT("a version with one's own commitId is taken for one's own, whatever it says"),
    CONDITIONAL_READ("a file is read whatever version it has"),
    LISTING_PER_ATTEMPT("two attempts of a listing stage under one name"),
    ROOT_BEFORE_HEAD("the version is created before the snapshot's root is written"),
    OBJECTS_UNTIL_REFUSED("an update removes its objects though its commit may still arrive"),
    FOLDER_OF_FUTURE_VERSION("clean-up removes what no version reaches yet"),
    VERSIONS_BEFORE_OBJECTS("clean-up removes objects before the versions that name them"),
    REACHED_BY_KEPT_VERSIONS("clean-up keeps only the newest version's own folder"),
    RETENTION_WINDOW("clean-up keeps nothing but the newest version"),
    FRESH_SEGMENT_IDS("a commit does not count the segment ids it used"),
    END_BY_GENERATION("an update whose generation is over lists again"),
    END_BY_RETIREMENT("an update goes on though its collection was retired"),
    DECLARE_BEFORE_LISTING("a changed source is listed and committed without a declaration"),
    HEAD_AFTER_STOPPED_UPDATE("how a stopped update ended is said without a look at the head"),
    DOUBTFUL_BASE("a declaration that failed is forgotten, though it may still arrive");

    private final String loss;

    Safeguard(String loss) {
        this.loss = loss;
    }

    /** What is wrong without it, in words. */
    String loss() {
        return loss;
    }
}
