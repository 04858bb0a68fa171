package dev.littoral.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.testing.LogAudit;
import dev.littoral.activities.verify.Severity;
import dev.littoral.activities.verify.Verifier;
import dev.littoral.workflows.model.FailureType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Checks a collection's log in the raw store again and again: versions only grow, none changes, none is removed before
 * its time, none comes back, each snapshot is a listing of its source made after the version before it, and rows of a
 * table stay what they are in their segments.
 */
final class CatalogWatch {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A clean-up and a look at the store take a while. */
    private static final Duration SLACK = Duration.ofSeconds(2);

    private final S3Client client;
    private final String bucket;
    private final String folder;
    private final CatalogStore store;
    private final String id;
    private final Map<String, ChangingSource> lakes;
    private final Duration kept;
    private final Consumer<String> violations;

    private final TreeMap<Long, Version> log = new TreeMap<>();
    private final Map<Long, Map<String, ChangingSource.Served>> snapshots = new HashMap<>();
    private final SegmentRows segmentRows = new SegmentRows();
    private long answeredGeneration;
    private Instant answered = Instant.MAX;

    /**
     * A watch.
     *
     * @param client of the store itself
     * @param folder of the catalog in the bucket
     * @param store the catalog, by that client
     * @param lakes the collection's sources by their URIs
     * @param kept how long versions are kept after they were replaced
     */
    CatalogWatch(
            S3Client client,
            String bucket,
            String folder,
            CatalogStore store,
            String id,
            Map<String, ChangingSource> lakes,
            Duration kept,
            Consumer<String> violations) {
        this.client = client;
        this.bucket = bucket;
        this.folder = folder;
        this.store = store;
        this.id = id;
        this.lakes = lakes;
        this.kept = kept;
        this.violations = finding -> violations.accept(id + ": " + finding);
    }

    /** A version as it was first seen, and whether it is there still. */
    record Version(String tag, Instant created, JsonNode head, boolean there) {
        long number() {
            return head.get("version").asLong();
        }

        long update() {
            return head.get("update").asLong();
        }

        long generation() {
            return head.get("generation").asLong();
        }

        /** The time of the decision, which can be long before the store has it; retention is counted from here. */
        Instant time() {
            return Instant.parse(head.get("time").asText());
        }

        boolean isCommit() {
            return head.get("kind").asText().equals("COMMITTED");
        }

        boolean isRollback() {
            return head.get("kind").asText().equals("ROLLED_BACK");
        }
    }

    /**
     * Reads the log.
     *
     * @return false when the store is away
     */
    synchronized boolean look() throws InterruptedException {
        return unlessAway(this::readLog);
    }

    private interface Reading {
        void read() throws InterruptedException;
    }

    private static boolean unlessAway(Reading reading) throws InterruptedException {
        try {
            reading.read();
            return true;
        } catch (SdkException away) {
            return false;
        } catch (LittoralException e) {
            if (e.type() != FailureType.TRANSIENT) {
                throw e;
            }
            return false;
        }
    }

    private void readLog() throws InterruptedException {
        TreeMap<Long, S3Object> there = new TreeMap<>();
        client.listObjectsV2Paginator(request -> request.bucket(bucket).prefix(folder + "/" + id + "/head/"))
                .contents()
                .forEach(object -> there.put(number(object.key()), object));
        // Not before: a store that is away has the listing wait, and what it does not have any more then may be old by
        // then.
        Instant now = Instant.now();
        for (Version version : List.copyOf(log.values())) {
            S3Object object = there.get(version.number());
            if (object == null) {
                gone(version, now);
            } else if (!version.there()) {
                violations.accept("version " + version.number() + " is there again");
            } else if (!object.eTag().equals(version.tag())
                    || !object.lastModified().equals(version.created())) {
                violations.accept("version " + version.number() + " was written again: it had ETag " + version.tag()
                        + " of " + version.created() + ", and has " + object.eTag() + " of " + object.lastModified());
            }
        }
        there.forEach((number, object) -> {
            if (!log.containsKey(number)) {
                appeared(number, object);
            }
        });
        for (Version version : List.copyOf(log.tailMap(snapshotsSeen(), false).values())) {
            if (version.isCommit()) {
                snapshot(version);
            } else if (version.isRollback()) {
                rolledBack(version);
            }
        }
    }

    private long snapshotsSeen() {
        return snapshots.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    private void gone(Version version, Instant now) {
        Version next = log.get(version.number() + 1);
        if (version.there() && (next == null || next.time().plus(kept).isAfter(now.plus(SLACK)))) {
            violations.accept("version " + version.number() + " is gone at " + now
                    + (next == null ? ", though it is the newest" : ", replaced at " + next.time()));
        }
        log.put(version.number(), new Version(version.tag(), version.created(), version.head(), false));
    }

    private void appeared(long number, S3Object object) {
        long newest = log.isEmpty() ? 0 : log.lastKey();
        if (number != newest + 1) {
            violations.accept("version " + number + " appeared after version " + newest);
        }
        JsonNode head =
                json(client.getObjectAsBytes(request -> request.bucket(bucket).key(object.key()))
                        .asByteArray());
        Version version = new Version(object.eTag(), object.lastModified(), head, true);
        log.put(number, version);
        if (version.isCommit()
                && version.generation() < answeredGeneration
                && version.created().isAfter(answered.plus(SLACK))) {
            violations.accept("version " + number + " commits generation " + version.generation()
                    + " though a source change was answered with " + answeredGeneration + " at " + answered);
        }
    }

    private void snapshot(Version version) throws InterruptedException {
        Map<String, ChangingSource.Served> snapshot = new TreeMap<>();
        for (JsonNode file : LogAudit.files(store, id, version.head())) {
            if (!file.has("skipped")) {
                snapshot.put(
                        file.get("path").asText(),
                        new ChangingSource.Served(
                                file.get("version").asText(),
                                file.get("rows").asLong(),
                                file.path("deletes").path("count").asLong()));
            }
        }
        ChangingSource lake = lakes.get(version.head().get("source").get("uri").asText());
        if (lake instanceof SeededTable table) {
            segmentRows
                    .contradictions(CatalogReader.on(store).snapshot(id, version.number()), table)
                    .forEach(contradiction -> violations.accept("version " + version.number() + ": " + contradiction));
        }
        snapshots.put(version.number(), snapshot);
        Version base = log.get(version.number() - 1);
        lake.contradictions(
                        snapshot,
                        base.created().toEpochMilli(),
                        version.created().toEpochMilli())
                .forEach(contradiction -> violations.accept("version " + version.number() + ": " + contradiction));
    }

    private void rolledBack(Version version) {
        JsonNode older = version.head().get("snapshot");
        log.headMap(version.number(), false).values().stream()
                .filter(each -> each.isCommit() && each.head().get("snapshot").equals(older))
                .findAny()
                .ifPresentOrElse(
                        each -> snapshots.put(version.number(), snapshots.get(each.number())),
                        () -> violations.accept("version " + version.number() + " serves what no version committed"));
    }

    /** A source change was answered: nothing older is the newest any more, nor will be. */
    synchronized void answered(long generation) throws InterruptedException {
        Instant now = Instant.now();
        while (!look()) {
            Thread.sleep(100);
        }
        long newest = log.isEmpty() ? 0 : log.lastEntry().getValue().generation();
        if (newest < generation) {
            violations.accept("generation " + generation + " was answered, but the newest version has " + newest);
        }
        if (generation > answeredGeneration) {
            answeredGeneration = generation;
            answered = now;
        }
    }

    /**
     * Has both auditors read everything; what may be under way is no finding.
     *
     * @return false when the store is away
     */
    synchronized boolean audit(boolean cleaned) throws InterruptedException {
        return log.isEmpty()
                || unlessAway(() -> {
                    new Verifier(store, id, finding -> {
                                if (finding.severity() == Severity.ERROR) {
                                    violations.accept("verify, meanwhile: " + finding.sentence());
                                }
                            })
                            .verify();
                    // This one does not expect that a clean-up takes away what it is about to read.
                    if (!cleaned) {
                        LogAudit.findings(store, id).stream()
                                .filter(finding -> !finding.startsWith("left in staging"))
                                .forEach(finding -> violations.accept("audit, meanwhile: " + finding));
                    }
                });
    }

    /** Every version that was ever seen, the oldest first. */
    synchronized List<Version> versions() {
        return List.copyOf(log.values());
    }

    /** The files served by a version, or nothing where nothing was committed before. */
    synchronized Map<String, ChangingSource.Served> servedBy(long version) {
        for (Version each : log.headMap(version, true).descendingMap().values()) {
            if (snapshots.containsKey(each.number())) {
                return snapshots.get(each.number());
            }
        }
        return Map.of();
    }

    private static long number(String key) {
        return 9_999_999_999L - Long.parseLong(key.substring(key.lastIndexOf('/') + 1, key.lastIndexOf('.')));
    }

    private static JsonNode json(byte[] bytes) {
        try {
            return JSON.readTree(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
