package dev.littoral.activities.source.lance;

import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.StoreOpener;
import dev.littoral.activities.source.table.Table;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.activities.storage.StorageAccess;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.storage.local.LocalStorage;
import dev.littoral.activities.testing.Openers;
import dev.littoral.workflows.model.OnBadFile;
import dev.littoral.workflows.model.TableAt;
import dev.littoral.workflows.model.TableSpec;
import dev.littoral.workflows.model.TableVersion;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Lance datasets in local folders, opened as a worker opens them. */
final class LanceTables {
    private LanceTables() {}

    static Table open(Path folder, TableAt at, StoreOpener elsewhere, StoreObserver observer) {
        TableStorage storage = new TableStorage(
                new LocalStorage().source("file://" + folder + "/").openSource(StorageAccess.OWN, observer), elsewhere);
        TableSpec spec =
                new TableSpec(TableSpec.LANCE, at, List.of(), List.of(), List.of(), OnBadFile.FAIL, null, false, false);
        return new LanceFormat().open(storage, spec);
    }

    static Table open(Path folder, TableAt at) {
        return open(folder, at, Openers.NONE, StoreObserver.NONE);
    }

    static Table newest(Path folder) {
        return open(folder, null);
    }

    static TableAt version(long version) {
        return new TableAt(null, version, null, null, null);
    }

    static TableAt tag(String tag) {
        return new TableAt(null, null, tag, null, null);
    }

    static TableAt branch(String branch) {
        return new TableAt(null, null, null, branch, null);
    }

    /** The files of a version by their paths. */
    static Map<String, SourceFile> files(Table table, TableVersion version) throws Exception {
        Map<String, SourceFile> files = new TreeMap<>();
        table.files(version, file -> {
            if (files.put(file.path(), file) != null) {
                throw new AssertionError(file.path() + " is there twice");
            }
        });
        return files;
    }

    static DeletedRows deletedRows(Table table, TableVersion version, SourceFile file) throws Exception {
        return file.deletesVersion() == null ? DeletedRows.NONE : table.deletedRows(version, file);
    }
}
