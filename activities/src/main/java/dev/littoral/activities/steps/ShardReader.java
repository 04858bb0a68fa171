package dev.littoral.activities.steps;

import dev.littoral.activities.balance.FragmentSplitter;
import dev.littoral.activities.balance.RowDelta;
import dev.littoral.activities.balance.ShardBalancer;
import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.DeletesWriter;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.failure.ArchivedException;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.lineage.RowLineage;
import dev.littoral.activities.listing.ListingPlan;
import dev.littoral.activities.listing.PlannedShard;
import dev.littoral.activities.listing.StagedFiles;
import dev.littoral.activities.path.FileListDiff;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.BadFileException;
import dev.littoral.activities.source.FileInspector;
import dev.littoral.activities.source.FileInspector.FileContents;
import dev.littoral.activities.source.SourceReader;
import dev.littoral.activities.source.ToldRows;
import dev.littoral.workflows.model.OnBadFile;
import dev.littoral.workflows.model.SkippedFile;
import dev.littoral.workflows.model.UpdateReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads a touched shard: turns its listing into files with their fragments and deleted rows. A file whose version did
 * not change is not opened; where the version of its deleted rows did, these are read. A file keeps its segments while
 * its content is the same and its deleted rows only grow.
 */
final class ShardReader {
    /** The number of files for which tasks, one a file, are made at a time. */
    private static final int BATCH = 4_096;

    /** The most fragments of one shard. They fit into memory; only a target that is far too small makes more. */
    private static final long MAX_FRAGMENTS = 4_000_000;

    private final CollectionCatalog catalog;
    private final SourceReader source;
    private final OnBadFile onBadFile;
    private final long targetRows;
    private final double maxDeadShare;
    private final AtomicLong opened;
    private final FileDeletes deletes;

    /**
     * A reader for the shards of one update.
     *
     * @param targetRows the most rows a fragment or segment has
     * @param maxDeadShare the share of a segment's rows that may be dead
     * @param opened counts the files opened
     */
    ShardReader(
            CollectionCatalog catalog,
            SourceReader source,
            OnBadFile onBadFile,
            long targetRows,
            double maxDeadShare,
            AtomicLong opened) {
        this.catalog = catalog;
        this.source = source;
        this.onBadFile = onBadFile;
        this.targetRows = targetRows;
        this.maxDeadShare = maxDeadShare;
        this.opened = opened;
        this.deletes = new FileDeletes(catalog, source);
    }

    /**
     * A shard's files, and how they differ from the base.
     *
     * @param changes what turns the base's files in the shard's range into those listed; fragments of files that are
     *     new name no segment, but where rows were moved into them
     * @param fragments how many fragments the listed files have
     * @param rows rows of these files that are new or gone
     * @param movedRows rows of files that are new or changed that the table has only moved, and that are not followed
     */
    record Result(
            StagedPlan.Changes changes,
            long added,
            long changed,
            long removed,
            long unchanged,
            List<SkippedFile> skipped,
            long skippedFiles,
            long fragments,
            RowDelta rows,
            long movedRows) {}

    /**
     * Reads a shard.
     *
     * @param reuse files an earlier round of this update has read, by path
     * @param bitmaps gets the deleted rows that were read, and is finished
     * @throws FileChangedException when a file is no longer there as it was listed
     */
    Result read(ListingPlan plan, ListingPlan.Touched touched, Map<String, FileEntry> reuse, DeletesWriter bitmaps)
            throws FileChangedException, InterruptedException {
        Map<String, List<FileEntry>> shards = new LinkedHashMap<>();
        List<FileEntry> lines = new ArrayList<>();
        for (ShardRef shard : touched.shard().base()) {
            List<FileEntry> all = catalog.lines(shard);
            shards.put(shard.key(), all.stream().filter(FileEntry::listed).toList());
            all.stream().filter(line -> touched.range().contains(line.path())).forEach(lines::add);
        }
        Map<String, FileEntry> base = new LinkedHashMap<>();
        shards.values().forEach(entries -> entries.forEach(entry -> base.put(entry.path(), entry)));
        List<SourceFile> listed = listed(touched.shard(), shards);
        FileEntry[] files = new FileEntry[listed.size()];
        List<Work> work = new ArrayList<>();
        for (int i = 0; i < files.length; i++) {
            SourceFile file = listed.get(i);
            FileEntry before = base.get(file.path());
            FileEntry read = reuse.get(file.path());
            boolean sameContent = !plan.reopen() && isKnown(before, file) && FragmentSplitter.fits(before, targetRows);
            if (sameContent && before.listsAs(file)) {
                files[i] = before.numberedAs(file);
            } else {
                FileEntry known = sameContent ? before : isKnown(read, file) ? read : null;
                FileEntry content =
                        known == null ? null : known.numberedAs(file).content();
                work.add(new Work(i, file, before, content));
            }
        }
        read(work, files, bitmaps);
        List<FileEntry> moved = RowLineage.isKnownOf(lines)
                ? new TableRows(source, deletes, plan.tableBefore(), listed).follow(lines, files, targetRows, bitmaps)
                : List.of();
        bitmaps.finish();
        for (Work done : work) {
            files[done.index()] = bitmaps.located(files[done.index()]);
        }
        return tally(
                touched,
                listed,
                List.of(files),
                base,
                moved.stream().map(bitmaps::located).toList());
    }

    /**
     * What was listed in a shard's range.
     *
     * @param shards the files of the base's shards, by key
     */
    private List<SourceFile> listed(PlannedShard shard, Map<String, List<FileEntry>> shards)
            throws InterruptedException {
        List<SourceFile> listed = new ArrayList<>();
        if (shard.carriedPrefix() != null) {
            listed.addAll(files(shards.get(shard.carriedPrefix().key())));
        }
        for (StagedFiles part : shard.parts()) {
            List<SourceFile> lines = catalog.lines(part.object(), SourceFile.class);
            listed.addAll(
                    part.baseShard() == null ? lines : FileListDiff.apply(files(shards.get(part.baseShard())), lines));
        }
        return listed;
    }

    private static List<SourceFile> files(List<FileEntry> entries) {
        return entries.stream().map(FileEntry::file).toList();
    }

    /**
     * Whether a file is one that was read before. One that could not be read is looked at again, however often, and one
     * of which a table says another number of rows by now.
     */
    private static boolean isKnown(FileEntry entry, SourceFile file) {
        return entry != null
                && entry.is(file)
                && !entry.unread()
                && !ToldRows.isOther(file, entry.rows(), entry.skipped());
    }

    /**
     * A file to be read.
     *
     * @param index its place in the listing
     * @param before the base's file of that path, or null
     * @param content what is known of its content, or null when it has to be opened
     */
    private record Work(int index, SourceFile file, FileEntry before, FileEntry content) {}

    private void read(List<Work> work, FileEntry[] files, DeletesWriter bitmaps)
            throws FileChangedException, InterruptedException {
        AtomicLong claimed = new AtomicLong();
        for (int from = 0; from < work.size(); from += BATCH) {
            List<Work> batch = work.subList(from, Math.min(work.size(), from + BATCH));
            List<Callable<FileEntry>> tasks = new ArrayList<>(batch.size());
            for (Work each : batch) {
                tasks.add(() -> {
                    FileEntry content =
                            each.content() != null ? each.content() : open(each.file(), each.before(), claimed);
                    return deletes.of(each.file(), content, each.before(), bitmaps);
                });
            }
            List<FileEntry> read = ParallelTasks.run(source.files().readers(), tasks, FileChangedException.class);
            for (int i = 0; i < batch.size(); i++) {
                files[batch.get(i).index()] = read.get(i);
            }
        }
    }

    /**
     * Opens a file, and leaves it cut as it was before if the rows are those. Only a finding about its bytes leaves it
     * out for good, and an archive's refusal until it can be read; whatever else a store or a file system answers fails
     * the update.
     *
     * @param before the base's file of that path, or null
     * @param claimed fragments that the files opened so far have at least; what a few bytes claim must not fill the
     *     memory
     */
    private FileEntry open(SourceFile file, FileEntry before, AtomicLong claimed)
            throws FileChangedException, InterruptedException {
        try {
            return read(file, before, claimed);
        } catch (BadFileException finding) {
            return leftOut(finding, FileEntry.leftOut(file, finding.getMessage()));
        } catch (ArchivedException refusal) {
            return leftOut(refusal, FileEntry.unread(file, refusal.getMessage()));
        }
    }

    private FileEntry leftOut(LittoralException why, FileEntry entry) {
        if (onBadFile != OnBadFile.SKIP) {
            throw why;
        }
        return entry;
    }

    private FileEntry read(SourceFile file, FileEntry before, AtomicLong claimed)
            throws FileChangedException, InterruptedException {
        FileContents contents = source.inspect(file, targetRows);
        opened.incrementAndGet();
        if (contents.rows() == 0) {
            return FileEntry.leftOut(file, FileInspector.NO_ROWS);
        }
        return FileEntry.served(
                file, contents.rows(), contents.schemaFingerprint(), fragments(file, contents, before, claimed));
    }

    private List<FragmentEntry> fragments(
            SourceFile file, FileContents contents, FileEntry before, AtomicLong claimed) {
        if (isKnown(before, file) && before.rows() == contents.rows() && FragmentSplitter.fits(before, targetRows)) {
            return before.content().fragments();
        }
        FragmentSplitter.check(file.path(), contents.rows(), targetRows);
        long atLeast = Math.ceilDiv(contents.rows(), targetRows);
        checkFragments(claimed.addAndGet(atLeast), file);
        long[] boundaries = FragmentSplitter.split(file.path(), contents.rowGroupRows(), targetRows, maxDeadShare);
        FragmentEntry[] fragments = new FragmentEntry[boundaries.length - 1];
        checkFragments(claimed.addAndGet(fragments.length - atLeast), file);
        Arrays.setAll(fragments, i -> new FragmentEntry(boundaries[i], boundaries[i + 1], null));
        return List.of(fragments);
    }

    /** No bad file, but too much for one shard: whether bad files are left out is not asked. */
    private void checkFragments(long fragments, SourceFile last) {
        if (fragments > MAX_FRAGMENTS) {
            throw LittoralException.input("Files of one shard, " + last.path() + " among them, have " + fragments
                    + " fragments or more of at most " + targetRows + " rows; expected at most "
                    + MAX_FRAGMENTS + ": make targetRowsPerSegment larger");
        }
    }

    private Result tally(
            ListingPlan.Touched touched,
            List<SourceFile> listed,
            List<FileEntry> files,
            Map<String, FileEntry> base,
            List<FileEntry> moved) {
        long added = 0;
        long changed = 0;
        long unchanged = 0;
        long fragments = 0;
        long skippedFiles = 0;
        long movedRows = 0;
        List<SkippedFile> skipped = new ArrayList<>();
        List<FileEntry> inRange = base.values().stream()
                .filter(entry -> touched.range().contains(entry.path()))
                .toList();
        Map<String, FileEntry> gone = new HashMap<>();
        inRange.forEach(entry -> gone.put(entry.path(), entry));
        for (int i = 0; i < files.size(); i++) {
            FileEntry file = files.get(i);
            FileEntry before = gone.remove(file.path());
            boolean same = before != null
                    && before.listsAs(file.file())
                    && before.served() == file.served()
                    && before.rows() == file.rows();
            fragments += file.fragments().size();
            if (!file.served()) {
                skippedFiles++;
                if (skipped.size() < UpdateReport.MAX_SKIPPED) {
                    skipped.add(new SkippedFile(file.path(), file.skipped()));
                }
            } else if (same) {
                unchanged++;
            } else {
                added += before == null ? 1 : 0;
                changed += before == null ? 0 : 1;
                movedRows += isMoved(listed.get(i), before) ? file.living() - file.movedIn() : 0;
            }
        }
        if (fragments > MAX_FRAGMENTS) {
            checkFragments(fragments, files.getLast().file());
        }
        long removed = gone.values().stream().filter(FileEntry::served).count();
        List<FileEntry> changes = FileListDiff.between(inRange, files, FileEntry::gone);
        return new Result(
                new StagedPlan.Changes(changes, moved),
                added,
                changed,
                removed,
                unchanged,
                skipped,
                skippedFiles,
                fragments,
                ShardBalancer.rowDelta(inRange, changes),
                movedRows);
    }

    /** Whether a file is new, and has the rows of others. */
    private static boolean isMoved(SourceFile file, FileEntry before) {
        return file.table() != null && file.table().rewritten() && (before == null || !before.is(file));
    }
}
