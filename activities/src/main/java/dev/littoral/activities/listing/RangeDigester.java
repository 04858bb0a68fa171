package dev.littoral.activities.listing;

import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.JsonLines;
import dev.littoral.activities.catalog.ListingDigest;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.path.FileListDiff;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.SkipReason;
import dev.littoral.activities.source.ToldRows;
import dev.littoral.workflows.model.SkippedFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Compares one range of a listing with the base's shard by a digest. It holds at most a shard's worth of files: an
 * unchanged range is dropped; of any other, the differences are staged, or all files in parts of half a shard where
 * they are more than a shard. One thread.
 */
final class RangeDigester implements FileSource.Visitor {
    private final CollectionCatalog catalog;
    private final String folder;
    private final ShardRef base;
    private final int maxFiles;
    private final long most;
    private final SkippedFiles skips;
    private final AtomicLong progress;

    /** More skipped files than this in one range are not passed to another attempt. */
    private static final int MAX_SKIPS = 200;

    private final List<SkippedFile> ownSkips = new ArrayList<>();
    private final List<StagedFiles> parts = new ArrayList<>();
    private final ListingDigest digest = new ListingDigest();
    private List<SourceFile> buffer = new ArrayList<>();
    private long files;
    private long skipped;
    private String first;

    /**
     * A digester for one range.
     *
     * @param folder where parts are staged; unique to this range and attempt
     * @param base the base's shard of that range, or null
     * @param progress counts what is listed
     */
    RangeDigester(
            CollectionCatalog catalog,
            String folder,
            ShardRef base,
            int maxFiles,
            SkippedFiles skips,
            AtomicLong progress) {
        this.catalog = catalog;
        this.folder = folder;
        this.base = base;
        this.maxFiles = maxFiles;
        // A shard that was made when shards were larger stays as it is while it does not change.
        this.most = base == null ? maxFiles : Math.max(maxFiles, base.listed());
        this.skips = skips;
        this.progress = progress;
    }

    @Override
    public void file(SourceFile file) throws InterruptedException {
        met(file.path());
        files++;
        digest.add(file);
        buffer.add(file);
        if (buffer.size() > most || (!parts.isEmpty() && buffer.size() > maxFiles / 2)) {
            // More than the base's shard has, so it differs from the base's.
            while (buffer.size() > maxFiles / 2) {
                stage(buffer.subList(0, maxFiles / 2));
                buffer = new ArrayList<>(buffer.subList(maxFiles / 2, buffer.size()));
            }
        }
    }

    @Override
    public void skipped(String path, SkipReason reason) {
        met(path);
        skipped++;
        SkippedFile line = new SkippedFile(path, reason.text());
        skips.add(line);
        if (ownSkips.size() < MAX_SKIPS) {
            ownSkips.add(line);
        }
    }

    /**
     * The range has ended.
     *
     * @param beyond the first path beyond it that was met, or null
     * @param reopen whether files have to be looked at though they list as before
     */
    RangeListing finish(String beyond, boolean reopen) throws InterruptedException {
        boolean same = base != null
                && !reopen
                && parts.isEmpty()
                && files == base.listed()
                && digest.hex().equals(base.listing());
        if (same) {
            same = !stageWhatIsToldAnew();
        } else if (!buffer.isEmpty()) {
            // Files that are read again need what a table says of them, which the base does not have.
            boolean whole = reopen && buffer.getFirst().table() != null;
            if (base != null && parts.isEmpty() && !whole) {
                stageChanges();
            } else {
                stage(buffer);
            }
        }
        buffer = List.of();
        return new RangeListing(
                base,
                same,
                List.copyOf(parts),
                files + skipped,
                skipped,
                skipped > ownSkips.size() ? null : List.copyOf(ownSkips),
                first,
                beyond);
    }

    private void met(String path) {
        progress.incrementAndGet();
        if (first == null) {
            first = path;
        }
    }

    private void stage(List<SourceFile> part) throws InterruptedException {
        stage(part, part, null);
    }

    /**
     * Stages what a table says of files that list as before: of those that could not be read, as nobody else knows it
     * when they can be, and of those whose rows have other ids than in the base, or are more or fewer.
     *
     * @return whether there are any of the latter, so that the range differs
     */
    private boolean stageWhatIsToldAnew() throws InterruptedException {
        long told = buffer.stream()
                .flatMap(file -> ToldRows.of(file).stream())
                .mapToLong(rows -> rows)
                .sum();
        boolean read = base.totals().skipped() > 0 || told != base.totals().rows();
        if (buffer.stream().map(SourceFile::table).noneMatch(t -> t != null && (read || t.firstRowId() != null))) {
            return false;
        }
        Set<String> lookedAtAgain = new HashSet<>();
        List<SourceFile> lines = differences(lookedAtAgain);
        if (!lines.isEmpty()) {
            stage(buffer, lines, base.key());
        }
        return lines.size() > lookedAtAgain.size();
    }

    /** Where the range has a shard in the base, most of it is as it was there. */
    private void stageChanges() throws InterruptedException {
        stage(buffer, differences(new HashSet<>()), base.key());
    }

    /**
     * How the range differs from the base's shard.
     *
     * @param unread gets the paths that could not be read: they differ, as they are looked at again
     */
    private List<SourceFile> differences(Set<String> unread) throws InterruptedException {
        Map<String, SourceFile> now = new HashMap<>();
        buffer.stream().filter(file -> file.table() != null).forEach(file -> now.put(file.path(), file));
        List<SourceFile> before = new ArrayList<>();
        catalog.readShard(base, entry -> {
            if (entry.unread()) {
                unread.add(entry.path());
                before.add(SourceFile.gone(entry.path()));
            } else if (now.containsKey(entry.path())
                    && ToldRows.isOther(now.get(entry.path()), entry.rows(), entry.skipped())) {
                before.add(SourceFile.gone(entry.path()));
            } else {
                before.add(entry.asTold());
            }
        });
        return FileListDiff.between(before, buffer, SourceFile::gone);
    }

    private void stage(List<SourceFile> part, List<SourceFile> lines, String baseShard) throws InterruptedException {
        String key = CatalogLayout.listedPart(folder, parts.size());
        catalog.write(key, JsonLines.write(lines));
        parts.add(new StagedFiles(key, part.get(0).path(), part.size(), baseShard));
    }
}
