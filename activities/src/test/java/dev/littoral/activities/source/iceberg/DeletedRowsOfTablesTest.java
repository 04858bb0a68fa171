package dev.littoral.activities.source.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.workflows.model.TableVersion;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.deletes.DVFileWriter;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.types.Conversions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tables that Iceberg's own library changes at random, with position deletes by file and by partition, deletion
 * vectors, compactions, rewritten manifests, rollbacks and an upgrade, against a model of what each snapshot holds.
 * {@code -Dlittoral.deletes.steps=45} changes each of them more often.
 */
class DeletedRowsOfTablesTest {
    private static final int STEPS = Integer.getInteger("littoral.deletes.steps", 30);
    private static final List<String> PARTITIONS = List.of("a", "b");

    @TempDir
    private Path temporary;

    /**
     * A data file of the model.
     *
     * @param vector its deletion vector, or null
     */
    private record Modelled(DataFile file, String partition, long firstId, Set<Long> deleted, DeleteFile vector) {
        Modelled without(Set<Long> more, DeleteFile newVector) {
            Set<Long> all = new TreeSet<>(deleted);
            all.addAll(more);
            return new Modelled(file, partition, firstId, all, newVector);
        }

        List<Long> living() {
            List<Long> ids = new ArrayList<>();
            for (long row = 0; row < file.recordCount(); row++) {
                if (!deleted.contains(row)) {
                    ids.add(firstId + row);
                }
            }
            return ids;
        }
    }

    /** The table and its model. */
    private final class World {
        private final Random random;
        private final WrittenTable written;
        private final Table table;
        private final Map<Long, Map<String, Modelled>> snapshots = new HashMap<>();
        private Map<String, Modelled> files = new TreeMap<>();
        private long nextId;
        private int names;

        World(int seed, int formatVersion, boolean partitioned) throws Exception {
            this.random = new Random(seed);
            PartitionSpec spec = partitioned
                    ? PartitionSpec.builderFor(WrittenTable.SCHEMA)
                            .identity("p")
                            .build()
                    : PartitionSpec.unpartitioned();
            this.written = WrittenTable.create(temporary.toRealPath().resolve("t" + seed), formatVersion, spec);
            this.table = written.table();
        }

        private boolean isV3() {
            return written.table().operations().current().formatVersion() == 3;
        }

        private Modelled newFile() throws SQLException {
            int rows = 1 + random.nextInt(150);
            String partition = PARTITIONS.get(random.nextInt(2));
            Path path = written.folder().resolve("data/f" + names++ + ".parquet");
            copy("SELECT " + nextId + " + range AS id, 'v' || (range % 5) AS v FROM range(" + rows + ")", path, "");
            DataFiles.Builder file = DataFiles.builder(table.spec())
                    .withPath(path.toString())
                    .withFormat(FileFormat.PARQUET)
                    .withFileSizeInBytes(path.toFile().length())
                    .withRecordCount(rows);
            if (table.spec().isPartitioned()) {
                file.withPartitionPath("p=" + partition);
            }
            Modelled made = new Modelled(file.build(), partition, nextId, Set.of(), null);
            nextId += rows;
            return made;
        }

        private void put(Modelled file) {
            files.put(file.file().location(), file);
        }

        private List<Modelled> some(int most) {
            List<Modelled> all = new ArrayList<>(files.values());
            Collections.shuffle(all, random);
            return all.subList(0, Math.min(all.size(), 1 + random.nextInt(most)));
        }

        private Set<Long> positions(Modelled file) {
            Set<Long> positions = new TreeSet<>();
            for (int i = random.nextInt(20); i >= 0; i--) {
                positions.add((long) random.nextInt((int) file.file().recordCount()));
            }
            return positions;
        }

        private void append() throws SQLException {
            var append = table.newFastAppend();
            for (int i = random.nextInt(4); i >= 0; i--) {
                Modelled file = newFile();
                append.appendFile(file.file());
                put(file);
            }
            append.commit();
        }

        /** Deletes rows of some files, also of one that the same commit adds. */
        private void delete() throws Exception {
            RowDelta delta = table.newRowDelta()
                    .validateFromSnapshot(table.currentSnapshot().snapshotId());
            List<Modelled> concerned = new ArrayList<>(some(4));
            if (random.nextInt(3) == 0) {
                Modelled added = newFile();
                delta.addRows(added.file());
                concerned.add(added);
            }
            if (isV3()) {
                vectors(delta, concerned);
            } else {
                for (String partition : table.spec().isPartitioned() ? PARTITIONS : List.of("any")) {
                    positions(
                            delta,
                            concerned.stream()
                                    .filter(file -> partition.equals("any")
                                            || file.partition().equals(partition))
                                    .toList());
                }
            }
            delta.commit();
        }

        private void positions(RowDelta delta, List<Modelled> concerned) throws SQLException {
            if (concerned.isEmpty()) {
                return;
            }
            if (random.nextBoolean()) {
                for (Modelled file : concerned) {
                    Map<Modelled, Set<Long>> one = Map.of(file, positions(file));
                    delta.addDeletes(positionDeletes(one, random.nextBoolean()));
                }
            } else {
                Map<Modelled, Set<Long>> several = new HashMap<>();
                concerned.forEach(file -> several.put(file, positions(file)));
                delta.addDeletes(positionDeletes(several, false));
            }
        }

        private DeleteFile positionDeletes(Map<Modelled, Set<Long>> deletes, boolean named) throws SQLException {
            List<String> rows = new ArrayList<>();
            TreeSet<String> paths = new TreeSet<>();
            deletes.forEach((file, positions) -> {
                positions.forEach(each -> rows.add("('" + file.file().location() + "', " + each + "::BIGINT)"));
                paths.add(file.file().location());
                put(file.without(positions, null));
            });
            Collections.sort(rows);
            Path path = written.folder().resolve("data/d" + names++ + ".parquet");
            copy(
                    "SELECT * FROM (VALUES " + String.join(", ", rows) + ") AS d(file_path, pos)",
                    path,
                    ", FIELD_IDS {file_path: 2147483546, pos: 2147483545}");
            Modelled any = deletes.keySet().iterator().next();
            FileMetadata.Builder file = FileMetadata.deleteFileBuilder(table.spec())
                    .ofPositionDeletes()
                    .withPath(path.toString())
                    .withFormat(FileFormat.PARQUET)
                    .withPartition(any.file().partition())
                    .withFileSizeInBytes(path.toFile().length())
                    .withRecordCount(rows.size());
            if (named) {
                file.withReferencedDataFile(paths.first());
            } else if (random.nextBoolean()) {
                file.withMetrics(new Metrics(
                        (long) rows.size(), null, null, null, null, bound(paths.first()), bound(paths.last())));
            }
            return file.build();
        }

        private Map<Integer, ByteBuffer> bound(String path) {
            return Map.of(
                    MetadataColumns.DELETE_FILE_PATH.fieldId(),
                    Conversions.toByteBuffer(MetadataColumns.DELETE_FILE_PATH.type(), path));
        }

        private void vectors(RowDelta delta, List<Modelled> concerned) throws Exception {
            OutputFileFactory factory = OutputFileFactory.builderFor(table, names++, 1)
                    .format(FileFormat.PUFFIN)
                    .build();
            Map<String, Modelled> after = new HashMap<>();
            DVFileWriter writer = new BaseDVFileWriter(factory, path -> null);
            try (writer) {
                for (Modelled file : concerned) {
                    Modelled deleted = file.without(positions(file), null);
                    deleted.deleted()
                            .forEach(row -> writer.delete(
                                    file.file().location(),
                                    row,
                                    table.spec(),
                                    file.file().partition()));
                    after.put(file.file().location(), deleted);
                    if (file.vector() != null) {
                        delta.removeDeletes(file.vector());
                    }
                }
            }
            for (DeleteFile vector : writer.result().deleteFiles()) {
                delta.addDeletes(vector);
                put(after.get(vector.referencedDataFile()).without(Set.of(), vector));
            }
        }

        /** Some files make room for a new one, as in a compaction or a copying delete. */
        private void rewrite() throws SQLException {
            List<Modelled> old = some(3);
            Modelled made = newFile();
            Snapshot now = table.currentSnapshot();
            long before =
                    old.stream().mapToLong(file -> file.file().recordCount()).sum();
            if (random.nextBoolean() || before < made.file().recordCount()) {
                var overwrite = table.newOverwrite();
                old.forEach(file -> overwrite.deleteFile(file.file()));
                overwrite.addFile(made.file()).commit();
            } else {
                var rewrite = table.newRewrite().validateFromSnapshot(now.snapshotId());
                old.forEach(file -> rewrite.deleteFile(file.file()));
                rewrite.addFile(made.file());
                if (random.nextBoolean() && !isV3()) {
                    rewrite.dataSequenceNumber(now.sequenceNumber());
                }
                rewrite.commit();
            }
            old.forEach(file -> files.remove(file.file().location()));
            put(made);
        }

        private void rollBack() {
            List<Long> ancestors = new ArrayList<>();
            for (Snapshot at = table.currentSnapshot(); at != null; ) {
                ancestors.add(at.snapshotId());
                at = at.parentId() == null ? null : table.snapshot(at.parentId());
            }
            long to = ancestors.get(random.nextInt(Math.min(4, ancestors.size())));
            table.manageSnapshots().rollbackTo(to).commit();
            files = new TreeMap<>(snapshots.get(to));
        }

        void step() throws Exception {
            int kind = files.isEmpty() ? 0 : random.nextInt(20);
            if (kind < 6) {
                append();
            } else if (kind < 13) {
                delete();
            } else if (kind < 16) {
                rewrite();
            } else if (kind == 16) {
                table.rewriteManifests().clusterBy(file -> "all").commit();
            } else if (kind == 17) {
                rollBack();
            } else if (kind == 18) {
                table.expireSnapshots()
                        .expireOlderThan(Long.MAX_VALUE)
                        .retainLast(5)
                        .cleanupLevel(ExpireSnapshots.CleanupLevel.NONE)
                        .commit();
            } else if (!isV3() && random.nextInt(3) == 0) {
                table.updateProperties().set("format-version", "3").commit();
            }
            snapshots.put(table.currentSnapshot().snapshotId(), new TreeMap<>(files));
        }
    }

    private static void copy(String query, Path path, String options) throws SQLException {
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckDb.createStatement()) {
            statement.execute("COPY (" + query + ") TO '" + path + "' (FORMAT parquet" + options + ")");
        }
    }

    /** A version that was read before. */
    private record Seen(TableVersion version, Map<String, SourceFile> files, Map<String, DeletedRows> deleted) {}

    @ParameterizedTest
    @CsvSource({"1, 2, true", "2, 2, false", "3, 3, true", "4, 3, false", "5, 2, true", "6, 2, false"})
    void everySnapshotHasTheFilesAndLivingRowsOfTheModel(int seed, int formatVersion, boolean partitioned)
            throws Exception {
        World world = new World(seed, formatVersion, partitioned);
        List<Seen> seen = new ArrayList<>();
        int compared = 0;
        for (int i = 0; i < STEPS; i++) {
            world.step();
            try (Opened opened = Opened.at(world.written.folder())) {
                TableVersion version = opened.resolve();
                Map<String, SourceFile> files = opened.files(version);
                Map<String, DeletedRows> deleted = new HashMap<>();
                for (SourceFile file : files.values()) {
                    deleted.put(
                            file.path(),
                            file.deletesVersion() == null
                                    ? DeletedRows.NONE
                                    : opened.table().deletedRows(version, file));
                }
                assertThat(deleted).isEqualTo(modelled(world.files));
                assertThat(opened.rows(version, files))
                        .hasSize(world.files.values().stream()
                                .mapToInt(file -> file.living().size())
                                .sum());
                if (!seen.isEmpty()) {
                    Seen before = seen.get(Math.max(0, seen.size() - 1 - world.random.nextInt(3)));
                    Optional<Map<String, SourceFile>> changed =
                            opened.changed(before.version(), before.files(), version);
                    changed.ifPresent(all -> assertThat(lines(all)).isEqualTo(lines(files)));
                    compared += changed.isPresent() ? 1 : 0;
                    for (Seen each : seen) {
                        equalVersionsHaveEqualDeletes(each, files, deleted);
                    }
                }
                seen.add(new Seen(version, files, deleted));
            }
        }
        assertThat(compared).isGreaterThan(STEPS / 3);
    }

    private static Map<String, DeletedRows> modelled(Map<String, Modelled> files) {
        Map<String, DeletedRows> modelled = new HashMap<>();
        files.forEach((path, file) -> modelled.put(
                path,
                DeletedRows.of(
                        file.deleted().stream().mapToLong(Long::longValue).toArray())));
        return modelled;
    }

    /** What two listings are compared by. */
    private static Set<String> lines(Map<String, SourceFile> files) {
        return files.values().stream()
                .map(file -> file.path() + " " + file.version() + " " + file.bytes() + " " + file.deletesVersion())
                .collect(Collectors.toSet());
    }

    private static void equalVersionsHaveEqualDeletes(
            Seen before, Map<String, SourceFile> files, Map<String, DeletedRows> deleted) {
        before.files().forEach((path, file) -> {
            SourceFile now = files.get(path);
            if (now != null && now.isSame(file)) {
                assertThat(deleted.get(path)).isEqualTo(before.deleted().get(path));
            }
        });
    }
}
