package dev.littoral.activities.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.catalog.Segment.FragmentSpan;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.SkippedFile;
import dev.littoral.workflows.model.TableVersion;
import dev.littoral.workflows.model.Totals;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One snapshot of a collection: which files it serves, which segments their rows are in, and what was left out. A
 * {@link CatalogReader} opens it, documents its failures and has to stay open while it is read. Immutable; safe for use
 * by many threads.
 */
public final class Snapshot {
    private final CollectionCatalog catalog;
    private final SnapshotRoot root;
    private final DeletesReader deletes;

    Snapshot(CollectionCatalog catalog, SnapshotRoot root) {
        this.catalog = catalog;
        this.root = root;
        this.deletes = new DeletesReader(catalog);
    }

    public String collectionId() {
        return root.collectionId();
    }

    /** The version that committed it, from 1. Later versions may serve it too. */
    public long version() {
        return root.version();
    }

    /** What was listed. */
    public ExternalSource source() {
        return root.source();
    }

    /** The source's generation, from 1: it grows by one with each change of the source. */
    public long generation() {
        return root.generation();
    }

    /** The most rows that a segment was to have. */
    public long targetRowsPerSegment() {
        return root.targetRowsPerSegment();
    }

    /** When its listing began: everything the source had before is in it. Empty in format 1. */
    public Optional<Instant> listedAt() {
        return Optional.ofNullable(root.listedAt());
    }

    /** Which version of a table it serves; empty where the source is a folder. */
    public Optional<TableVersion> table() {
        return Optional.ofNullable(root.table());
    }

    /**
     * The table's columns in that version, with the ids and names by which data files know them, as the table's format
     * writes them; empty where the source is a folder.
     */
    public Optional<JsonNode> schema() {
        return Optional.ofNullable(root.schema());
    }

    /**
     * How many files, bytes, rows, fragments and segments it serves, and how many files of a served name are left out.
     */
    public Totals totals() {
        return root.totals();
    }

    /**
     * The files that are served, in the order of their paths' UTF-8 bytes. A request a shard, which is some thousand
     * files.
     */
    public Stream<FileEntry> files() {
        return root.shards().stream().flatMap(this::files).filter(FileEntry::served);
    }

    /**
     * What was left out, and why: by name or size first, then for what is in the file. Requests as for {@link #files}.
     */
    public Stream<SkippedFile> skipped() {
        Stream<SkippedFile> unlisted =
                Stream.of(root).flatMap(of -> CatalogReader.uninterrupted(() -> catalog.skipped(of)));
        return Stream.concat(
                unlisted,
                root.shards().stream()
                        .filter(shard -> shard.totals().skipped() > 0)
                        .flatMap(this::files)
                        .filter(file -> !file.served())
                        .map(file -> new SkippedFile(file.path(), file.skipped())));
    }

    /**
     * Files that are gone or have another version, and of which segments still have rows: dead ones, and those that are
     * elsewhere now, as {@link FileEntry#movedTo} says. They come
     * in the order of their paths, under one path in that in which they died. Requests as for {@link #files}.
     */
    public Stream<FileEntry> deadFiles() {
        return root.shards().stream()
                .filter(shard -> shard.totals().dead() > 0 || shard.movedIn() > 0)
                .flatMap(shard -> CatalogReader.uninterrupted(() -> catalog.lines(shard)).stream())
                .filter(line -> !line.listed());
    }

    /** All segments, shard by shard, in each by rising id. Requests as for {@link #files}. */
    public Stream<Segment> segments() {
        return root.shards().stream()
                .flatMap(shard -> segments(shard).values().stream())
                .map(ShardSegment::segment);
    }

    /**
     * One segment, with its fragments. Reads shards until it is found: to look up many rows, keep it, or go through
     * {@link #segments}.
     *
     * @throws LittoralException INPUT when the snapshot has no such segment
     */
    public Segment segment(long id) {
        return root.shards().stream()
                .map(shard -> segments(shard).get(id))
                .filter(segment -> segment != null)
                .findFirst()
                .map(ShardSegment::segment)
                .orElseThrow(() -> LittoralException.input("Version " + version() + " has no segment " + id));
    }

    /**
     * A segment's fragments in the order of its rows, as {@link #segment} reads them.
     *
     * @throws LittoralException INPUT when the snapshot has no such segment
     */
    public List<FragmentSpan> fragments(long segment) {
        return segment(segment).fragments();
    }

    /**
     * Which row of which file a segment's row is, as {@link #segment} reads it, and since which version it is deleted,
     * where it is. For a row that is deleted within its file older versions are read, as far back as it is deleted
     * there.
     *
     * @param row from 0, one that is deleted too
     * @throws LittoralException INPUT when the snapshot has no such segment, or that no such row
     */
    public Segment.RowLocation locate(long segment, long row) {
        Segment of = segment(segment);
        Segment.RowLocation location = of.locate(row);
        FragmentSpan span = of.fragments().get(location.fragment());
        if (span.deadSince() != null
                || !CatalogReader.uninterrupted(() -> deletes.deadRows(span))
                        .contains(span.start() + location.fragmentRow())) {
            return location;
        }
        return CatalogReader.uninterrupted(
                () -> DeletedRowHistory.since(catalog, deletes, root.version(), location, span));
    }

    /**
     * The deleted rows of a segment, by their numbers in it. Reads the objects that their positions are in, one of up
     * to 32 MiB at a time; those that were read last are kept.
     *
     * @param segment one of this snapshot
     */
    public DeletedRows deadRows(Segment segment) {
        DeletedRows.Builder rows = new DeletedRows.Builder();
        for (FragmentSpan span : segment.fragments()) {
            if (span.dead() > 0) {
                rows.addMoved(
                        CatalogReader.uninterrupted(() -> deletes.deadRows(span)),
                        span.start(),
                        span.end(),
                        span.from());
            }
        }
        return rows.build();
    }

    /**
     * The deleted rows of a segment, as {@link #segment} reads it.
     *
     * @throws LittoralException INPUT when the snapshot has no such segment
     */
    public DeletedRows deadRows(long segment) {
        return deadRows(segment(segment));
    }

    /**
     * The deleted rows of a file that the snapshot serves, by their numbers in it.
     *
     * @param file one of {@link #files}
     */
    public DeletedRows deadRows(FileEntry file) {
        return CatalogReader.uninterrupted(() -> deletes.deadRows(file));
    }

    private Stream<FileEntry> files(ShardRef shard) {
        return CatalogReader.uninterrupted(() -> catalog.shard(shard)).stream();
    }

    private Map<Long, ShardSegment> segments(ShardRef shard) {
        return ShardSegment.of(CatalogReader.uninterrupted(() -> catalog.lines(shard)));
    }
}
