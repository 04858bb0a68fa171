package dev.littoral.activities.verify;

import dev.littoral.activities.verify.HeadVersion.Kind;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks a snapshot's root: its own fields, the versions that name it, and its skip report. */
final class RootCheck {
    private static final Pattern ROOT = Pattern.compile("snapshots/(\\d{10})-([^/]+)/root\\.json\\.zst");
    private static final Pattern SKIPPED = Pattern.compile("snapshots/(\\d{10})-[^/]+/skipped\\.jsonl\\.zst");

    private final StoredObjects objects;
    private final ReachableObjects reachable;
    private final Findings findings;

    RootCheck(StoredObjects objects, ReachableObjects reachable, Findings findings) {
        this.objects = objects;
        this.reachable = reachable;
        this.findings = findings;
    }

    /** The root of a version's snapshot, or null when it cannot be read. */
    SnapshotRootFacts read(HeadVersion head) throws InterruptedException {
        String key = head.snapshot().key();
        if (!ROOT.matcher(key).matches() || !StoredObjects.isKey(key)) {
            findings.error(
                    head.object(),
                    "it names the snapshot " + FindingText.brief(key),
                    "snapshots/<version>-<commitId>/root.json.zst");
            return null;
        }
        reachable.add(key);
        byte[] bytes =
                reachable.read(head, key, head.snapshot().sha256(), "version " + head.version() + " of the head");
        if (bytes == null) {
            return null;
        }
        String object = objects.name(key);
        try {
            SnapshotRootFacts root = SnapshotRootFacts.read(object, bytes, findings);
            if (root != null) {
                check(object, root, head.snapshot().totals());
            }
            return root;
        } catch (IOException e) {
            findings.error(object, "it cannot be read: " + FindingText.reason(e), "a root, as one JSON object");
            return null;
        }
    }

    private void check(String object, SnapshotRootFacts root, SnapshotTotals inHead) {
        if (!objects.name("").equals(root.collectionId() + "/")) {
            findings.error(
                    object,
                    "its collectionId is " + FindingText.brief(root.collectionId()),
                    "that of the folder it is in");
        }
        SnapshotTotals sum = root.shards().stream()
                .map(SnapshotRootFacts.NamedShard::totals)
                .reduce(SnapshotTotals.NONE, SnapshotTotals::plus);
        if (!root.totals().equals(sum)) {
            findings.error(object, "its totals are " + root.totals(), sum + ", the sum of its shards");
        }
        if (!root.totals().equals(inHead)) {
            findings.error(object, "its totals are " + root.totals(), inHead + ", as the head version says");
        }
    }

    /**
     * Checks a root against a version that names it.
     *
     * @param largestId the largest segment id of its shards, or 0
     */
    void checkVersion(HeadVersion head, SnapshotRootFacts root, long largestId) {
        String object = objects.name(head.snapshot().key());
        if (head.kind() == Kind.COMMITTED) {
            checkCommit(object, head, root);
        } else if (root.version() >= head.version() || root.generation() > head.generation()) {
            findings.error(
                    object,
                    "its version is " + root.version() + " of generation " + root.generation() + ", but version "
                            + head.version() + " of generation " + head.generation() + " serves it already",
                    "an older one");
        }
        if (head.listedAt() != null && !head.listedAt().equals(root.listedAt())) {
            findings.error(
                    head.object(),
                    "its snapshot's listedAt is " + head.listedAt(),
                    root.listedAt() == null ? "none, as its root has none" : root.listedAt() + ", as its root says");
        }
        if (largestId >= head.nextSegmentId()) {
            findings.error(
                    head.object(),
                    "nextSegmentId is " + head.nextSegmentId() + ", but its snapshot has segment " + largestId,
                    "a number beyond all segments");
        }
    }

    private void checkCommit(String object, HeadVersion head, SnapshotRootFacts root) {
        Matcher name = ROOT.matcher(head.snapshot().key());
        if (root.version() != head.version()) {
            findings.error(
                    object, "its version is " + root.version(), head.version() + ", as that version's commit names it");
        } else if (!name.matches()
                || Long.parseLong(name.group(1)) != head.version()
                || !name.group(2).equals(head.commitId())) {
            findings.error(
                    object,
                    "version " + head.version() + " with commitId " + head.commitId() + " names it",
                    "a key of that version and commitId");
        }
        if (!root.source().equals(head.source()) || root.generation() != head.generation()) {
            findings.error(
                    object,
                    "its source or its generation " + root.generation() + " is not that of version " + head.version()
                            + " of the head",
                    "the same ones, of generation " + head.generation());
        }
    }

    /** Checks the skip report that a root names. */
    void checkSkipReport(HeadVersion head, SnapshotRootFacts root) throws InterruptedException {
        String object = objects.name(head.snapshot().key());
        String key = root.skipReport();
        if (key == null) {
            if (root.skipped() > 0) {
                findings.error(
                        object,
                        "it has no skip report, but counts " + root.skipped() + " files in it",
                        "the key of one");
            }
            return;
        }
        if (!SKIPPED.matcher(key).matches() || !StoredObjects.isKey(key)) {
            findings.error(
                    object,
                    "it names the skip report " + FindingText.brief(key),
                    "snapshots/<version>-<commitId>/skipped.jsonl.zst");
            return;
        }
        reachable.add(key);
        byte[] bytes = reachable.read(head, key, root.skipReportSha256(), object);
        if (bytes == null) {
            return;
        }
        try {
            long lines = SkipReportReader.count(bytes);
            if (lines != root.skipped()) {
                findings.error(
                        objects.name(key), "it has " + lines + " lines", root.skipped() + ", as the root counts");
            }
        } catch (IOException e) {
            findings.error(objects.name(key), FindingText.brief(e.getMessage()), "one file a line, as JSON");
        }
    }
}
