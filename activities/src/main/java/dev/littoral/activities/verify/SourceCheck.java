package dev.littoral.activities.verify;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.SkipReason;
import dev.littoral.activities.source.SourceReader;
import dev.littoral.workflows.model.FailureType;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The check of a snapshot against the source: merges a listing with the snapshot's files. In memory are the files of
 * one shard.
 */
final class SourceCheck implements FileSource.Visitor {
    private final StoredObjects objects;
    private final SnapshotRootFacts root;
    private final Findings findings;
    private final Deque<Entry> entries = new ArrayDeque<>();
    /** Shards that cannot be read: which files they have is unknown. */
    private final List<Range> unknown = new ArrayList<>();

    private int nextShard;
    private long compared;
    private long added;
    private long leftOut;
    private long unread;
    private long otherDeletes;

    SourceCheck(StoredObjects objects, SnapshotRootFacts root, Findings findings) {
        this.objects = objects;
        this.root = root;
        this.findings = findings;
    }

    /** A file of the snapshot. */
    private record Entry(
            String path, String version, long bytes, String deletesVersion, boolean served, boolean unread) {}

    private record Range(String from, String to) {
        boolean contains(String path) {
            return Utf8Order.compare(path, from) >= 0 && (to == null || Utf8Order.compare(path, to) < 0);
        }
    }

    /** How many files of the snapshot were looked for. */
    long compared() {
        return compared;
    }

    void run(SourceReader source) throws InterruptedException {
        String uri = root.source().get("uri").asText();
        try {
            if (root.table() != null) {
                source.pin(root.table());
            }
            // Sorted, so that a store that lists in another order makes nothing look missing.
            source.files().listSorted(this);
        } catch (FileChangedException e) {
            movedOn(uri, e);
            return;
        } catch (LittoralException e) {
            if (e.type() != FailureType.INPUT) {
                throw e;
            }
            findings.error(uri, "the source cannot be listed: " + e.getMessage(), "the files that the snapshot needs");
            return;
        }
        for (Entry entry = peek(); entry != null; entry = peek()) {
            missing(entries.remove());
        }
        for (Range range : unknown) {
            findings.info(
                    uri,
                    "from '" + FindingText.brief(range.from()) + "' to before "
                            + (range.to() == null ? "the end" : FindingText.brief(range.to()))
                            + " nothing was compared, as the shard cannot be read");
        }
        if (added > 0) {
            findings.info(uri, added + " files are not in the snapshot; an update takes them");
        }
        if (otherDeletes > 0) {
            findings.info(
                    uri, otherDeletes + " files have other deleted rows than in the snapshot; an update takes them");
        }
        if (unread > 0) {
            findings.info(
                    uri,
                    unread + " files that the snapshot left out could not be read; each update looks at them again");
        }
        if (leftOut > 0) {
            findings.info(uri, leftOut + " files that the snapshot left out are gone or have changed");
        }
    }

    private void movedOn(String uri, FileChangedException e) {
        findings.error(
                uri,
                "the table does not have " + root.table().words() + " any more: " + e.getMessage(),
                "that version, whose data files the snapshot needs");
    }

    @Override
    public void file(SourceFile file) throws InterruptedException {
        Entry entry = peek();
        while (entry != null && Utf8Order.compare(entry.path(), file.path()) < 0) {
            missing(entries.remove());
            entry = peek();
        }
        if (entry == null || !entry.path().equals(file.path())) {
            added += unknown.stream().anyMatch(range -> range.contains(file.path())) ? 0 : 1;
            return;
        }
        entries.remove();
        compared++;
        if (!entry.version().equals(file.version()) || entry.bytes() != file.bytes()) {
            if (entry.served()) {
                findings.error(
                        file.path(),
                        "the source has version " + file.version() + " of " + file.bytes() + " bytes",
                        "version " + entry.version() + " of " + entry.bytes() + " bytes, which the snapshot needs");
            } else {
                leftOut++;
            }
        } else if (entry.unread()) {
            unread++;
        } else if (!Objects.equals(entry.deletesVersion(), file.deletesVersion())) {
            otherDeletes++;
        }
    }

    /** What is left out comes in no order. */
    @Override
    public void skipped(String path, SkipReason reason) {}

    private void missing(Entry entry) {
        compared++;
        if (entry.served()) {
            findings.error(
                    entry.path(),
                    "it is not among the files that the source serves",
                    "version " + entry.version() + " of " + entry.bytes() + " bytes, which the snapshot needs");
        } else {
            leftOut++;
        }
    }

    /** The snapshot's next file, or null. */
    private Entry peek() throws InterruptedException {
        while (entries.isEmpty() && nextShard < root.shards().size()) {
            load(nextShard++);
        }
        return entries.peek();
    }

    private void load(int i) throws InterruptedException {
        SnapshotRootFacts.NamedShard shard = root.shards().get(i);
        Optional<byte[]> bytes = StoredObjects.isKey(shard.key()) ? objects.find(shard.key()) : Optional.empty();
        boolean read = bytes.isPresent() && Digests.hex(bytes.get()).equals(shard.sha256());
        if (read) {
            try {
                FileLine.readAll(bytes.get(), line -> {
                    if (line.listed()) {
                        entries.add(new Entry(
                                line.path,
                                line.version,
                                line.bytes,
                                line.deletesVersion,
                                line.skipped == null,
                                line.unread));
                    }
                });
            } catch (IOException e) {
                // It is a finding of its own already.
                entries.clear();
                read = false;
            }
        }
        if (!read) {
            unknown.add(new Range(
                    shard.from(),
                    i + 1 < root.shards().size() ? root.shards().get(i + 1).from() : null));
        }
    }
}
