package dev.littoral.workflows.model;

import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The id of a commit: {@code <update>-<launchId>-<uuid>}. Two services that keep one collection can give one number to
 * two updates; the launchId says whose update it is. Commits of older builds have none.
 */
public final class CommitId {
    /** The mark of a launchId, which no UUID begins with. */
    private static final String MARK = "x";

    private static final Pattern OF_A_LAUNCH = Pattern.compile("[0-9]+-(" + MARK + "[0-9a-f]+)-.+");

    private CommitId() {}

    /**
     * The id of one round's commit.
     *
     * @param launchId what the collection gave the update, or null from a collection of an older build
     * @param unique unique to the round
     */
    public static String of(long update, String launchId, UUID unique) {
        return update + "-" + (launchId == null ? "" : launchId + "-") + unique;
    }

    /** The id of a launch. */
    public static String launchId(UUID unique) {
        return MARK + Long.toHexString(unique.getMostSignificantBits());
    }

    /** Whether a commit can be of this launch. Of one that names no launch, or if none is asked for, it can. */
    static boolean canBeOf(String commitId, String launchId) {
        Matcher parts = OF_A_LAUNCH.matcher(commitId);
        return launchId == null || !parts.matches() || parts.group(1).equals(launchId);
    }
}
