package dev.littoral.activities.steps;

import dev.littoral.activities.catalog.DeletesWriter;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.lineage.RowLineage;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.RowIdRange;
import dev.littoral.activities.source.SourceReader;
import dev.littoral.workflows.model.TableVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The rows of a table's files: the ids that the source keeps of them, and which are dead. */
final class TableRows implements RowLineage.Rows {
    private final SourceReader source;
    private final FileDeletes deletes;
    private final TableVersion before;
    private final Map<String, SourceFile> listed = new HashMap<>();

    /**
     * Rows of files.
     *
     * @param before the version of the same table that the base serves, or null: then nothing is known of ids
     * @param listed the files as they are listed now
     */
    TableRows(SourceReader source, FileDeletes deletes, TableVersion before, List<SourceFile> listed) {
        this.source = source;
        this.deletes = deletes;
        this.before = before;
        listed.forEach(file -> this.listed.put(file.path(), file));
    }

    /**
     * Finds rows that the table has moved into other files.
     *
     * @param lines the base's lines in the shard's range
     * @param files what is listed now; those that have rows of others get fragments that say so
     * @param targetRows the most rows of a fragment
     * @param bitmaps gets the dead rows of files that are gone
     * @return lines of files that are gone, as they will be
     */
    List<FileEntry> follow(List<FileEntry> lines, FileEntry[] files, long targetRows, DeletesWriter bitmaps)
            throws FileChangedException, InterruptedException {
        RowLineage.Moves moves = new RowLineage(this, lines, List.of(files), targetRows).find(bitmaps);
        Map<String, FileEntry> changed =
                moves.files().stream().collect(Collectors.toMap(FileEntry::path, Function.identity()));
        Arrays.setAll(files, i -> changed.getOrDefault(files[i].path(), files[i]));
        return moves.lines();
    }

    @Override
    public DeletedRows deadBefore(FileEntry line) throws InterruptedException {
        return deletes.before(line);
    }

    @Override
    public DeletedRows deadNow(FileEntry file) throws FileChangedException, InterruptedException {
        return deletes.fromSource(listed.get(file.path()), file.rows());
    }

    @Override
    public List<List<RowIdRange>> before(List<FileEntry> files) throws FileChangedException, InterruptedException {
        if (before == null) {
            return Collections.nCopies(files.size(), List.of());
        }
        List<Callable<List<RowIdRange>>> tasks = new ArrayList<>(files.size());
        for (FileEntry file : files) {
            tasks.add(() -> source.rowsBefore(listed.get(file.path()), before, RowLineage.mostRuns(file.rows())));
        }
        return ParallelTasks.run(source.files().readers(), tasks, FileChangedException.class);
    }
}
