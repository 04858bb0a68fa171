package dev.littoral.activities.listing;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.failure.ArchivedException;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.FileSource;
import dev.littoral.workflows.model.SkippedFile;
import dev.littoral.workflows.model.UpdateReport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Files of the base that its update could not read, such as archived ones. An unchanged listing does not say whether
 * they can be read now, so each listing tries again: a read of one byte for each such file of a shard that would be
 * carried over. One thread.
 */
final class UnreadFiles {
    private final FileSource source;
    private final CollectionCatalog catalog;
    private final List<SkippedFile> first = new ArrayList<>();

    UnreadFiles(FileSource source, CollectionCatalog catalog) {
        this.source = source;
        this.catalog = catalog;
    }

    /** The first of those that can still not be read. */
    List<SkippedFile> first() {
        return first;
    }

    /** The same plan, where a shard is to be read if it has a file that can be read by now. */
    List<PlannedShard> lookAgain(List<PlannedShard> shards) throws InterruptedException {
        List<PlannedShard> looked = new ArrayList<>(shards.size());
        for (PlannedShard shard : shards) {
            looked.add(shard.isTouched() || !shard.carried().mayHaveUnread() ? shard : lookAgain(shard));
        }
        return looked;
    }

    private PlannedShard lookAgain(PlannedShard shard) throws InterruptedException {
        List<FileEntry> unread = new ArrayList<>();
        catalog.readShard(shard.carried(), file -> {
            if (file.unread()) {
                unread.add(file);
            }
        });
        if (isAnyReadable(unread)) {
            ShardRef prefix = shard.parts().isEmpty() ? shard.carried() : null;
            return new PlannedShard(shard.from(), null, shard.parts(), prefix, List.of(shard.carried()));
        }
        unread.stream()
                .limit(UpdateReport.MAX_SKIPPED - first.size())
                .forEach(file -> first.add(new SkippedFile(file.path(), file.skipped())));
        return new PlannedShard(shard.from(), shard.carried().unread(unread.size()), List.of(), null, List.of());
    }

    private boolean isAnyReadable(List<FileEntry> files) throws InterruptedException {
        AtomicBoolean found = new AtomicBoolean();
        List<Callable<Void>> looks = new ArrayList<>(files.size());
        for (FileEntry file : files) {
            looks.add(() -> {
                if (!found.get() && isReadable(file.file())) {
                    found.set(true);
                }
                return null;
            });
        }
        ParallelTasks.run(source.readers(), looks, RuntimeException.class);
        return found.get();
    }

    private boolean isReadable(SourceFile file) throws InterruptedException {
        try {
            source.read(file, file.bytes() - 1, 1);
            return true;
        } catch (ArchivedException e) {
            return false;
        } catch (FileChangedException e) {
            // The step that opens it finds the change, and lists again.
            return true;
        }
    }
}
