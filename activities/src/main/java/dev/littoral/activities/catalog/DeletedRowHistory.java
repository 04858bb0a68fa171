package dev.littoral.activities.catalog;

import dev.littoral.activities.catalog.Segment.FragmentSpan;
import dev.littoral.activities.catalog.Segment.RowLocation;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.SnapshotRef;
import java.util.List;
import java.util.Optional;

/** The history of a deleted row of a segment: since which version of its collection it is deleted. */
final class DeletedRowHistory {
    private static final int PAGE = 100;

    private final CollectionCatalog catalog;
    private final DeletesReader deletes;
    private final RowLocation row;

    /** The fragment that the row is in, and the row of its file: where they were when the segment was made. */
    private final FragmentSpan span;

    private final long fileRow;

    /** The snapshot that was looked at last, and the shard in it where the row is deleted. */
    private SnapshotRef snapshot;

    private String shard;

    private DeletedRowHistory(CollectionCatalog catalog, DeletesReader deletes, RowLocation row, FragmentSpan span) {
        this.catalog = catalog;
        this.deletes = deletes;
        this.row = row;
        this.span = span;
        this.fileRow = span.start() + row.fragmentRow();
    }

    /**
     * The same row with the version since which it is deleted.
     *
     * @param version a version that serves a snapshot of its own, in which the row is deleted
     * @param span the fragment that it is in
     */
    static RowLocation since(
            CollectionCatalog catalog, DeletesReader deletes, long version, RowLocation row, FragmentSpan span)
            throws InterruptedException {
        return new DeletedRowHistory(catalog, deletes, row, span).walkBack(version);
    }

    private RowLocation walkBack(long version) throws InterruptedException {
        long since = version;
        List<Head> page;
        do {
            page = catalog.heads().newest(since, PAGE);
            for (Head older : page) {
                try {
                    if (!isDeletedIn(older)) {
                        return row.dead(since, false);
                    }
                } catch (LittoralException e) {
                    if (catalog.heads().at(older.version()).isPresent()) {
                        throw e;
                    }
                    // It was cleaned away meanwhile: the log begins later now.
                    return row.dead(since, true);
                }
                since = older.version();
            }
        } while (page.size() == PAGE);
        return row.dead(since, since > 1);
    }

    private boolean isDeletedIn(Head head) throws InterruptedException {
        if (head.snapshot() == null) {
            return false;
        }
        if (head.snapshot().equals(snapshot)) {
            return true;
        }
        Optional<ShardRef> of = shard(catalog.root(head).orElseThrow());
        if (of.isEmpty() || !(of.get().sha256().equals(shard) || isDeletedIn(of.get()))) {
            return false;
        }
        snapshot = head.snapshot();
        shard = of.get().sha256();
        return true;
    }

    private Optional<ShardRef> shard(SnapshotRoot root) {
        return root.shards().stream()
                .filter(each -> PathOrder.compare(each.from(), span.file()) <= 0)
                .reduce((before, last) -> last);
    }

    private boolean isDeletedIn(ShardRef ref) throws InterruptedException {
        for (FileEntry line : catalog.lines(ref)) {
            if (line.path().equals(span.file()) && line.version().equals(span.version()) && isInSegment(line)) {
                return deletes.deadRows(line).contains(fileRow);
            }
        }
        return false;
    }

    private boolean isInSegment(FileEntry line) {
        return line.fragments().stream()
                .anyMatch(fragment -> fragment.laysOut()
                        && fragment.segment() == row.segment()
                        && fragment.start() <= fileRow
                        && fileRow < fragment.end());
    }
}
