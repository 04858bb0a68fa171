package dev.littoral.activities.steps;

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
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;

/** The rows of a table's files: the ids that the source keeps of them, and which are dead. */
final class TableRows implements RowLineage.Rows {
    private final SourceReader source;
    private final FileDeletes deletes;
    private final TableVersion before;
    private final Function<String, SourceFile> listed;

    /**
     * Rows of files.
     *
     * @param before the version that the base serves
     * @param listed a file as it is listed now, by its path
     */
    TableRows(SourceReader source, FileDeletes deletes, TableVersion before, Function<String, SourceFile> listed) {
        this.source = source;
        this.deletes = deletes;
        this.before = before;
        this.listed = listed;
    }

    @Override
    public DeletedRows deadBefore(FileEntry line) throws InterruptedException {
        return deletes.before(line);
    }

    @Override
    public DeletedRows deadNow(FileEntry file) throws FileChangedException, InterruptedException {
        return deletes.fromSource(listed.apply(file.path()), file.rows());
    }

    @Override
    public List<List<RowIdRange>> before(List<FileEntry> files) throws FileChangedException, InterruptedException {
        List<Callable<List<RowIdRange>>> tasks = new ArrayList<>(files.size());
        for (FileEntry file : files) {
            tasks.add(() ->
                    source.rowsBefore(listed.apply(file.path()), before, RowLineage.mostRuns(file.rows())));
        }
        return ParallelTasks.run(source.files().readers(), tasks, FileChangedException.class);
    }
}
