package dev.littoral.activities.catalog;

import dev.littoral.workflows.model.SnapshotFolder;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The layout of a catalog: the keys of a collection's objects, all but the first two below the collection. */
public final class CatalogLayout {
    /** The folder of the commit log. */
    static final String HEADS = "head/";

    /** The folder of all snapshot objects. */
    public static final String SNAPSHOTS = "snapshots/";

    /** The folder of all updates' staging areas. */
    static final String STAGING = "staging/";

    /** Versions count down from here in their names. */
    public static final long LAST_VERSION = 9_999_999_999L;

    private static final String PLAN_NAME = "/plan.json.zst";
    private static final String SKIP_REPORT_NAME = "/skipped.jsonl.zst";
    private static final Pattern COLLECTION = Pattern.compile("([^/]+)/head/.+");
    private static final Pattern HEAD_NAME = Pattern.compile("(\\d{10})\\.json");
    private static final Pattern PLAN = Pattern.compile("staging/\\d{10}/r\\d{1,3}-[0-9a-z-]{1,100}/plan\\.json\\.zst");
    private static final Pattern LISTED_PART = Pattern.compile("[0-9a-z-]+/list-\\d+-\\d+\\.jsonl\\.zst");
    private static final Pattern FOLDER = Pattern.compile("snapshots/\\d{10}-([0-9a-z-]{1,100})");
    private static final Pattern OBJECT = Pattern.compile("snapshots/(\\d{10})-[^/]+/.+");
    private static final Pattern ROOT = Pattern.compile("snapshots/\\d{10}-[0-9a-z-]+/root\\.json\\.zst");
    private static final Pattern SHARD = Pattern.compile("snapshots/\\d{10}-[0-9a-z-]+/shard-\\d+\\.jsonl\\.zst");
    private static final Pattern DELETES = Pattern.compile("snapshots/\\d{10}-[0-9a-z-]+/deletes-\\d+-\\d+\\.bin");
    private static final Pattern SKIP_REPORT = Pattern.compile("snapshots/\\d{10}-[0-9a-z-]+/skipped\\.jsonl\\.zst");

    private CatalogLayout() {}

    /** The key in the catalog of a collection's object. */
    public static String key(String collectionId, String key) {
        return collectionId + "/" + key;
    }

    /** The name of the collection that has a key of the catalog, where it is one of a commit log. */
    static Optional<String> collectionOf(String key) {
        Matcher parts = COLLECTION.matcher(key);
        return parts.matches() ? Optional.of(parts.group(1)) : Optional.empty();
    }

    /** A version of the commit log. */
    public static String head(long version) {
        return "%s%010d.json".formatted(HEADS, LAST_VERSION - version);
    }

    /** The version of the commit log that has a name in its folder; empty for what Littoral did not write. */
    static OptionalLong versionOfHead(String name) {
        Matcher parts = HEAD_NAME.matcher(name);
        return parts.matches() ? OptionalLong.of(LAST_VERSION - Long.parseLong(parts.group(1))) : OptionalLong.empty();
    }

    /** The folder an update stages in. */
    public static String staging(long update) {
        return "%s%010d".formatted(STAGING, update);
    }

    /** What the names of all folders begin with in which attempts of a round's listing stage. */
    public static String attempts(long update, int round) {
        return "%s/r%d-".formatted(staging(update), round);
    }

    /** The plan in the folder of an attempt. */
    public static String plan(String folder) {
        return folder + PLAN_NAME;
    }

    /** Whether a key is that of a plan of the update. */
    public static boolean isPlan(String key, long update) {
        return PLAN.matcher(key).matches() && key.startsWith(staging(update) + "/");
    }

    /** The folder that an object is in. */
    public static String folderOf(String key) {
        return key.substring(0, key.lastIndexOf('/'));
    }

    /** What the names of a listed range's parts begin with. */
    public static String listedRange(String folder, int range) {
        return "%s/list-%05d".formatted(folder, range);
    }

    /** A part of a listed range. */
    public static String listedPart(String listedRange, int part) {
        return "%s-%05d.jsonl.zst".formatted(listedRange, part);
    }

    /** Whether a key is that of a part that was staged in a folder whose name begins so. */
    public static boolean isListedPart(String key, String attempts) {
        return key.startsWith(attempts)
                && LISTED_PART.matcher(key.substring(attempts.length())).matches();
    }

    /** A touched shard's difference to the base. */
    public static String changes(String folder, int shard) {
        return "%s/changes-%06d.jsonl.zst".formatted(folder, shard);
    }

    /** A touched shard after it was balanced. */
    public static String balanced(String folder, int shard) {
        return "%s/balanced-%06d.json.zst".formatted(folder, shard);
    }

    /** The skip report of an attempt or of a snapshot. */
    public static String skipReport(String folder) {
        return folder + SKIP_REPORT_NAME;
    }

    static boolean isSkipReport(String key) {
        return SKIP_REPORT.matcher(key).matches();
    }

    /** The folder of the snapshot objects that a commit adds. */
    public static String objects(long version, String commitId) {
        return SnapshotFolder.key(version, commitId);
    }

    /** The commitId in the name of a folder of snapshot objects, or empty where the folder is none. */
    public static Optional<String> commitIdOf(String objects) {
        Matcher parts = FOLDER.matcher(objects);
        return parts.matches() ? Optional.of(parts.group(1)) : Optional.empty();
    }

    /** The version that a folder of snapshot objects is for. */
    public static long versionOfFolder(String objects) {
        return versionOf(root(objects)).orElseThrow();
    }

    /** The version a snapshot object was written for; empty for what Littoral did not write. */
    public static OptionalLong versionOf(String key) {
        Matcher parts = OBJECT.matcher(key);
        return parts.matches() ? OptionalLong.of(Long.parseLong(parts.group(1))) : OptionalLong.empty();
    }

    /** A snapshot's root. */
    public static String root(String objects) {
        return objects + "/root.json.zst";
    }

    static boolean isRoot(String key) {
        return ROOT.matcher(key).matches();
    }

    /** A shard of a snapshot. */
    public static String shard(String objects, int number) {
        return "%s/shard-%06d.jsonl.zst".formatted(objects, number);
    }

    /** A part of the positions of deleted rows in files of a shard. */
    public static String deletes(String objects, int shard, int part) {
        return "%s/deletes-%06d-%d.bin".formatted(objects, shard, part);
    }

    /**
     * A part of the positions of deleted rows that an update has read for a shard.
     *
     * @param sha256 the hex digest of its bytes, so that no attempt writes over what another has staged
     */
    public static String stagedDeletes(String folder, int shard, String sha256) {
        return "%s/deletes-%06d-%s.bin".formatted(folder, shard, sha256);
    }

    /** Whether a key is that of something staged. */
    public static boolean isStaged(String key) {
        return key.startsWith(STAGING);
    }

    static boolean isDeletes(String key) {
        return DELETES.matcher(key).matches();
    }

    /** Whether a key is that of a shard of this version or an older one. */
    static boolean isShard(String key, long version) {
        return SHARD.matcher(key).matches() && versionOf(key).orElseThrow() <= version;
    }
}
