package dev.littoral.activities.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.SourceReader;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.workflows.model.FailureType;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks a collection's catalog against the format that its documentation states. It shares nothing with the code that
 * writes and reads catalogs but the access to the store's bytes, so a mistake there is found here. It only reads, and
 * may run while updates and clean-up do. Damage is a finding, never an exception.
 */
public final class Verifier {
    private static final String MARKER = "_littoral/store.json";
    private static final Pattern SNAPSHOT = Pattern.compile("snapshots/(\\d{10})-[^/]+/[^/]+");
    private static final Pattern STAGED = Pattern.compile("staging/(\\d{10})/.+");
    /** What a segment costs in the table, which is at worst half empty and copied when it grows. */
    private static final long BYTES_PER_SEGMENT = 128;

    private final CatalogStore store;
    private final String collectionId;
    private final StoredObjects objects;
    private final Findings findings;
    private final SnapshotCheck snapshots;
    private final LogCheck log;
    private final ConsumersCheck consumers;

    /** The snapshot folder or the update that the last finding on left-overs was about. */
    private String lastLeftover = "";

    private long sourceFiles = -1;

    /**
     * A check that uses up to a quarter of the memory for its books on segments.
     *
     * @param findings gets each finding as it comes
     */
    public Verifier(CatalogStore store, String collectionId, Consumer<Finding> findings) {
        this(
                store,
                collectionId,
                (int) Math.min(1 << 26, Runtime.getRuntime().maxMemory() / 4 / BYTES_PER_SEGMENT),
                findings);
    }

    /**
     * A check.
     *
     * @param maxSegments how many segments are compared across shards and versions
     */
    public Verifier(CatalogStore store, String collectionId, int maxSegments, Consumer<Finding> findings) {
        this.store = store;
        this.collectionId = collectionId;
        this.objects = new StoredObjects(store, collectionId);
        this.findings = new Findings(findings);
        this.snapshots = new SnapshotCheck(objects, maxSegments, this.findings);
        this.log = new LogCheck(objects, snapshots, this.findings);
        this.consumers = new ConsumersCheck(objects, log, this.findings);
    }

    /**
     * Checks all that the catalog has of the collection.
     *
     * @throws LittoralException INPUT when it has nothing of it; others when the store does not answer
     */
    public Summary verify() throws InterruptedException {
        if (objects.first("").isEmpty()) {
            throw LittoralException.input("Catalog " + store.location() + " has no collection " + collectionId);
        }
        checkMarker();
        objects.forEach("head/", log::next);
        log.finish();
        if (log.versions() == 0) {
            findings.error(objects.name("head/"), "there is no version of the head", "one at least");
        }
        objects.forEach("", this::checkName);
        return summary();
    }

    /**
     * {@link #verify}, and whether the source still has the files that the newest snapshot needs.
     *
     * @param sources opens a source as the root has it; throws {@link LittoralException} INPUT when it cannot be one
     */
    public Summary verifyWithSource(Function<JsonNode, SourceReader> sources) throws InterruptedException {
        verify();
        SnapshotRootFacts root = snapshots.newest();
        if (root == null) {
            findings.info(objects.name("snapshots/"), "there is no newest snapshot to compare the source with");
            return summary();
        }
        SourceReader source;
        try {
            source = sources.apply(root.source());
        } catch (LittoralException e) {
            if (e.type() != FailureType.INPUT) {
                throw e;
            }
            findings.error(
                    objects.name(snapshots.newestKey()),
                    "its source cannot be opened: " + e.getMessage(),
                    "one that can");
            return summary();
        }
        try (source) {
            SourceCheck check = new SourceCheck(objects, root, findings);
            check.run(source);
            sourceFiles = check.compared();
        }
        return summary();
    }

    private void checkMarker() throws InterruptedException {
        Optional<byte[]> marker = store.get(MARKER);
        if (marker.isEmpty()) {
            findings.warning(MARKER, "it is missing", "it to say that the store passed the probe; a sync probes again");
            return;
        }
        try {
            JsonNode node = JsonDocument.object(marker.get());
            CheckedFields fields = new CheckedFields(MARKER, "", node, findings);
            long format = fields.number("format", 1);
            String location = fields.text("location", false);
            if (fields.whole() && format != 1) {
                fields.wrong("format", "1, the one that this version of Littoral reads");
            } else if (fields.whole() && !location.equals(store.location())) {
                findings.info(
                        MARKER,
                        "it says that the store is at " + FindingText.brief(location) + "; a sync here probes again");
            }
        } catch (IOException e) {
            findings.error(MARKER, "it cannot be read: " + FindingText.reason(e), "one JSON object");
        }
    }

    private void checkName(String key) throws InterruptedException {
        Matcher snapshot = SNAPSHOT.matcher(key);
        Matcher staged = STAGED.matcher(key);
        if (snapshot.matches()) {
            checkReached(key, Long.parseLong(snapshot.group(1)));
        } else if (staged.matches()) {
            checkStaged(key, Long.parseLong(staged.group(1)));
        } else if (!key.startsWith("head/") && !consumers.check(key)) {
            findings.warning(objects.name(key), "the format knows no such object", "nothing");
        }
    }

    private void checkReached(String key, long version) throws InterruptedException {
        if (version <= log.newestNumber()) {
            if (!snapshots.reachable().contains(key) && snapshots.reachable().isComplete()) {
                findings.warning(
                        objects.name(key),
                        "no version names it, nor can one come to",
                        "nothing; clean-up removes it, if no update that lost to version " + version
                                + " is just doing so");
            } else if (!snapshots.reachable().contains(key)) {
                once(
                        "snapshots/",
                        "a version or a root cannot be read, so it is not known which objects are left over");
            }
            return;
        }
        String folder = key.substring(0, key.lastIndexOf('/') + 1);
        if (folder.equals(lastLeftover)) {
            return;
        }
        long newest = objects.first("head/").map(LogCheck::version).orElse(0L);
        if (version > newest + 1) {
            lastLeftover = folder;
            findings.error(
                    objects.name(folder),
                    "it is for version " + version + ", but the newest is " + newest,
                    "version " + (version - 1) + " in the log, which its update was decided upon");
        } else if (version == newest + 1) {
            once(folder, "an update that is to commit version " + version + " writes it, or left it behind");
        } else {
            once(folder, "version " + version + " was committed while this ran, and is not verified");
        }
    }

    private void checkStaged(String key, long update) {
        HeadVersion newest = log.newest();
        String folder = key.substring(0, key.indexOf('/', "staging/".length()) + 1);
        if (folder.equals(lastLeftover)) {
            return;
        }
        boolean ended = newest != null
                && (update < newest.update()
                        || (update == newest.update() && newest.kind() != HeadVersion.Kind.DECLARED));
        if (ended) {
            lastLeftover = folder;
            findings.warning(
                    objects.name(folder),
                    "update " + update + " left it, though update " + newest.update() + " has written version "
                            + newest.version(),
                    "nothing, if update " + update + " is not just ending");
        } else {
            once(folder, "update " + update + " runs, or left it behind when it was killed");
        }
    }

    private void once(String folder, String found) {
        if (!folder.equals(lastLeftover)) {
            lastLeftover = folder;
            findings.info(objects.name(folder), found);
        }
    }

    private Summary summary() {
        findings.finish();
        return new Summary(
                collectionId,
                store.location(),
                log.versions(),
                log.oldestNumber(),
                log.newestNumber(),
                snapshots.snapshots(),
                snapshots.shardsRead(),
                snapshots.filesRead(),
                snapshots.segments(),
                sourceFiles < 0 ? null : sourceFiles,
                findings.count(Severity.ERROR),
                findings.count(Severity.WARNING),
                findings.count(Severity.INFO));
    }
}
