package dev.littoral.activities.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.verify.HeadVersion.Kind;
import dev.littoral.activities.verify.HeadVersion.NamedRoot;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks the commit log's versions, the newest first, and the snapshots that they name. */
final class LogCheck {
    private static final Pattern NAME = Pattern.compile("head/(\\d{10})\\.json");
    private static final long LAST = 9_999_999_999L;
    private static final int MAX_COMMIT_IDS = 1 << 22;

    private final StoredObjects objects;
    private final SnapshotCheck snapshots;
    private final Findings findings;
    private final LongTable commitIds = new LongTable(1, MAX_COMMIT_IDS);

    /** Snapshots that versions have rolled back to, with these versions' objects, until an older version has them. */
    private final Map<NamedRoot, String> restored = new HashMap<>();

    /** The newest version that can be read, or null. */
    private HeadVersion newest;
    /** The one read before, or null where it cannot be compared. */
    private HeadVersion newer;

    /** Whether a version between the newest and the oldest is missing or cannot be read. */
    private boolean hasGaps;

    private long newestNumber;
    private long oldestNumber;
    private long versions;

    LogCheck(StoredObjects objects, SnapshotCheck snapshots, Findings findings) {
        this.objects = objects;
        this.snapshots = snapshots;
        this.findings = findings;
    }

    HeadVersion newest() {
        return newest;
    }

    /** The newest version's number by its name, or 0. */
    long newestNumber() {
        return newestNumber;
    }

    long oldestNumber() {
        return oldestNumber;
    }

    long versions() {
        return versions;
    }

    /** The version that a key names, or 0. */
    static long version(String key) {
        Matcher name = NAME.matcher(key);
        return name.matches() ? LAST - Long.parseLong(name.group(1)) : 0;
    }

    static String key(long version) {
        return "head/%010d.json".formatted(LAST - version);
    }

    /** The next older version. */
    void next(String key) throws InterruptedException {
        String object = objects.name(key);
        long version = version(key);
        if (version < 1) {
            findings.error(object, "this is no name of a head version", "ten digits and .json");
            return;
        }
        if (versions > 0 && version != oldestNumber - 1) {
            findings.error(
                    objects.name(key(oldestNumber - 1)),
                    version == oldestNumber - 2
                            ? "version " + (oldestNumber - 1) + " is missing"
                            : "versions " + (version + 1) + " to " + (oldestNumber - 1) + " are missing",
                    "one for each number between the oldest and the newest");
            newer = null;
            hasGaps = true;
            snapshots.reachable().markIncomplete();
        }
        versions++;
        oldestNumber = version;
        if (newestNumber == 0) {
            newestNumber = version;
        }
        HeadVersion head = read(key, version);
        if (head != null) {
            check(head);
            newest = newest == null && version == newestNumber ? head : newest;
        } else {
            hasGaps = true;
            snapshots.reachable().markIncomplete();
        }
        newer = head;
    }

    private HeadVersion read(String key, long version) throws InterruptedException {
        String object = objects.name(key);
        Optional<byte[]> bytes = objects.find(key);
        if (bytes.isEmpty()) {
            findings.info(object, "it was removed while it was verified, as clean-up does");
            return null;
        }
        try {
            JsonNode node = JsonDocument.object(bytes.get());
            SelfDigest.check(object, bytes.get(), node, findings);
            HeadVersion head = HeadVersion.read(object, node, findings);
            if (head != null && head.version() != version) {
                findings.error(object, "it says version " + head.version(), "version " + version + " as its name says");
                return null;
            }
            return head;
        } catch (IOException e) {
            findings.error(
                    object,
                    "it cannot be read: " + FindingText.reason(e),
                    "version " + version + " of the head, as one JSON object");
            return null;
        }
    }

    private void check(HeadVersion head) throws InterruptedException {
        if (head.version() == 1) {
            checkFirst(head);
        }
        if (head.kind() == Kind.COMMITTED && head.snapshot() == null) {
            findings.error(head.object(), "it is COMMITTED without a snapshot", "one");
        }
        if (head.kind() == Kind.ROLLED_BACK && head.snapshot() != null) {
            restored.put(head.snapshot(), head.object());
        } else {
            restored.remove(head.snapshot());
        }
        if (newer != null) {
            checkStep(head, newer);
        }
        checkCommitId(head);
        snapshots.next(head, newer);
    }

    private void checkFirst(HeadVersion head) {
        if (head.kind() != Kind.DECLARED || head.generation() != 1 || head.snapshot() != null) {
            findings.error(
                    head.object(),
                    "version 1 is " + head.kind() + " of generation " + head.generation()
                            + (head.snapshot() == null ? "" : " with a snapshot"),
                    "it DECLARED, of generation 1, without one");
        }
    }

    private void checkCommitId(HeadVersion head) {
        int place = commitIds.place(Digests.of(head.commitId()));
        if (place == LongTable.FULL) {
            return;
        }
        long other = commitIds.get(0, place);
        if (other != 0) {
            findings.error(
                    head.object(),
                    "its commitId " + head.commitId() + " is that of version " + other,
                    "one of its own");
        }
        commitIds.set(0, place, head.version());
    }

    private void checkStep(HeadVersion from, HeadVersion to) {
        String object = to.object();
        boolean declares = to.kind() == Kind.DECLARED;
        if (from.kind() == Kind.RETIRED) {
            findings.error(object, "it follows version " + from.version() + ", which is RETIRED", "nothing after that");
        }
        long generation = from.generation() + (declares ? 1 : 0);
        if (to.generation() != generation) {
            findings.error(
                    object,
                    "generation " + to.generation() + " " + to.kind() + " after " + from.generation(),
                    "generation " + generation);
        }
        if (!declares && !to.source().equals(from.source())) {
            findings.error(
                    object,
                    to.kind() + " with another source than version " + from.version(),
                    "the same one, as only a DECLARED version changes it");
        }
        if (to.update() < from.update()) {
            findings.error(
                    object,
                    "update " + to.update() + " wrote it after update " + from.update(),
                    "an update number that never goes back");
        }
        if (to.nextSegmentId() < from.nextSegmentId()) {
            findings.error(
                    object,
                    "nextSegmentId is " + to.nextSegmentId() + " after " + from.nextSegmentId(),
                    "a number that never goes back");
        }
        boolean same = Objects.equals(to.snapshot(), from.snapshot());
        switch (to.kind()) {
            case DECLARED, RETIRED -> {
                if (!same) {
                    findings.error(
                            object,
                            to.kind() + " with another snapshot than version " + from.version(),
                            "the same one, as only COMMITTED and ROLLED_BACK versions change it");
                }
            }
            case COMMITTED -> {
                if (same) {
                    findings.error(
                            object, "COMMITTED with the snapshot of version " + from.version(), "one of its own");
                }
            }
            case ROLLED_BACK -> {
                if (to.snapshot() == null) {
                    findings.error(object, "ROLLED_BACK to no snapshot", "an older one");
                }
            }
        }
    }

    /** Checks that an older version has each snapshot that was rolled back to, as far as the log goes. */
    private void checkRestored() {
        restored.forEach((snapshot, object) -> {
            String found = "ROLLED_BACK to the snapshot " + FindingText.brief(snapshot.key());
            if (oldestNumber == 1 && !hasGaps) {
                findings.error(object, found + ", which no older version has", "the snapshot of an older version");
            } else {
                findings.info(object, found + ", which no older version has that the log still has");
            }
        });
    }

    /** Ends the check, after the last version. */
    void finish() throws InterruptedException {
        checkRestored();
        if (commitIds.size() == MAX_COMMIT_IDS) {
            findings.info(
                    objects.name("head/"),
                    "of more than " + MAX_COMMIT_IDS + " versions the commitIds of the newest alone were compared");
        }
        snapshots.finish();
    }
}
