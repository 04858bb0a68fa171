package dev.littoral.activities.source;

import dev.littoral.activities.source.delta.DeltaFormat;
import dev.littoral.activities.source.iceberg.IcebergFormat;
import dev.littoral.activities.source.iceberg.WrittenTable;
import dev.littoral.activities.source.lance.LanceFormat;
import dev.littoral.activities.source.table.Table;
import dev.littoral.activities.source.table.TableFormat;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.activities.steps.Measured;
import dev.littoral.activities.storage.StorageAccess;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.storage.local.LocalStorage;
import dev.littoral.activities.testing.Openers;
import dev.littoral.workflows.model.OnBadFile;
import dev.littoral.workflows.model.TableSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;

/**
 * Compares planning a table, which is to resolve its newest version and to list its data files, with the readers of
 * others: first while nothing is compiled, then by turns. Python's take part where a Python that has them is named by
 * the system property {@code littoral.python}.
 */
public final class PlanningBenchmark {
    private static final int ROUNDS = 9;
    private static final int PARTITIONS = 50;
    private static final String PYTHON = System.getProperty("littoral.python");

    private static final String PYICEBERG = """
            import glob, os, sys
            from pyiceberg.table import StaticTable
            for line in sys.stdin:
                newest = max(glob.glob(sys.argv[1] + '/metadata/*.metadata.json'), key=os.path.getmtime)
                print(sum(1 for each in StaticTable.from_metadata(newest).scan().plan_files()), flush=True)
            """;

    private static final String DELTALAKE = """
            import sys
            from deltalake import DeltaTable
            for line in sys.stdin:
                print(DeltaTable(sys.argv[1]).get_add_actions().num_rows, flush=True)
            """;

    private static final String PYLANCE = """
            import sys
            import lance
            for line in sys.stdin:
                print(len(lance.dataset(sys.argv[1]).get_fragments()), flush=True)
            """;

    /** One checkpoint, and a commit after it. */
    private static final String DELTA_TABLE = """
            import json, os, sys, uuid
            from deltalake import DeltaTable
            folder, files = sys.argv[1], int(sys.argv[2])
            log = folder + '/_delta_log'
            os.makedirs(log)
            types = {'day': 'string', 'id': 'long', 'name': 'string', 'price': 'double', 'at': 'long'}
            schema = {'type': 'struct', 'fields': [
                {'name': name, 'type': type, 'nullable': True, 'metadata': {}} for name, type in types.items()]}
            def add(i):
                day = '2026-11-%02d' % (i % 30 + 1)
                stats = {
                    'numRecords': 1000 + i % 7,
                    'minValues': {'id': i * 1000, 'name': 'customer %d' % i, 'price': i / 7, 'at': 1700000000 + i},
                    'maxValues': {'id': i * 1000 + 999, 'name': 'customer %d' % (i + 1), 'price': i, 'at': 18 * 10**8},
                    'nullCount': {'id': 0, 'name': i % 5, 'price': 0, 'at': 0}}
                return json.dumps({'add': {
                    'path': 'day=%s/part-00000-%s-c000.snappy.parquet' % (day, uuid.uuid5(uuid.NAMESPACE_URL, str(i))),
                    'partitionValues': {'day': day}, 'size': 100000 + i, 'modificationTime': 1764000000000 + i,
                    'dataChange': True, 'stats': json.dumps(stats, separators=(',', ':'))}}) + '\\n'
            with open(log + '/%020d.json' % 0, 'w') as commit:
                commit.write(json.dumps({'protocol': {'minReaderVersion': 1, 'minWriterVersion': 2}}) + '\\n')
                commit.write(json.dumps({'metaData': {
                    'id': str(uuid.uuid4()), 'format': {'provider': 'parquet', 'options': {}},
                    'schemaString': json.dumps(schema), 'partitionColumns': ['day'], 'configuration': {},
                    'createdTime': 1764000000000}}) + '\\n')
                for i in range(files - 1):
                    commit.write(add(i))
            DeltaTable(folder).create_checkpoint()
            with open(log + '/%020d.json' % 1, 'w') as commit:
                commit.write(add(files - 1))
            """;

    private static final String LANCE_TABLE = """
            import json, sys, uuid
            import lance
            import pyarrow as pa
            folder, files = sys.argv[1], int(sys.argv[2])
            rows = pa.table({name: list(range(100)) for name in ('id', 'a', 'b', 'c')})
            first = lance.write_dataset(rows, folder)
            one = first.get_fragments()[0].metadata.to_json()
            fragments = []
            for i in range(files):
                each = json.loads(json.dumps(one))
                each['id'] = i
                each['files'][0]['path'] = '%s.lance' % uuid.uuid5(uuid.NAMESPACE_URL, str(i))
                fragments.append(lance.FragmentMetadata.from_json(json.dumps(each)))
            lance.LanceDataset.commit(folder, lance.LanceOperation.Overwrite(first.schema, fragments))
            """;

    private PlanningBenchmark() {}

    /** A table of 20 manifests, with statistics of its columns. */
    public static void iceberg(int files) throws Exception {
        in(folder -> {
            Path table = folder.resolve("t");
            Schema schema = new Schema(
                    Types.NestedField.optional(1, "id", Types.LongType.get()),
                    Types.NestedField.optional(2, "name", Types.StringType.get()),
                    Types.NestedField.optional(3, "p", Types.StringType.get()));
            PartitionSpec spec = PartitionSpec.builderFor(schema).identity("p").build();
            WrittenTable written = WrittenTable.create(table, 2, schema, spec);
            for (int manifest = 0; manifest < 20; manifest++) {
                AppendFiles append = written.table().newFastAppend();
                for (int i = manifest; i < files; i += 20) {
                    append.appendFile(DataFiles.builder(written.table().spec())
                            .withPath(table + "/data/p=part-" + i % PARTITIONS + "/" + new UUID(i, 7L * i) + ".parquet")
                            .withFormat("parquet")
                            .withFileSizeInBytes(100_000)
                            .withPartitionPath("p=part-" + i % PARTITIONS)
                            .withMetrics(metrics(i))
                            .build());
                }
                append.commit();
            }
            try (Python pyIceberg = Python.start(PYICEBERG, table)) {
                compare(
                        "Iceberg",
                        new IcebergFormat(),
                        table,
                        files,
                        works -> pyIceberg.addTo(works, "pyiceberg", files));
            }
        });
    }

    private static Metrics metrics(int file) {
        Map<Integer, Long> sizes = Map.of(1, 4_000L, 2, 9_000L, 3, 50L);
        Map<Integer, Long> values = Map.of(1, 1_000L, 2, 1_000L, 3, 1_000L);
        Map<Integer, Long> nulls = Map.of(1, 0L, 2, 3L, 3, 0L);
        Map<Integer, ByteBuffer> least = Map.of(
                1,
                Conversions.toByteBuffer(Types.LongType.get(), file * 1_000L),
                2,
                Conversions.toByteBuffer(Types.StringType.get(), "customer " + file));
        Map<Integer, ByteBuffer> greatest = Map.of(
                1,
                Conversions.toByteBuffer(Types.LongType.get(), file * 1_000L + 999),
                2,
                Conversions.toByteBuffer(Types.StringType.get(), "customer " + (file + 1)));
        return new Metrics(1_000L, sizes, values, nulls, Map.of(), least, greatest);
    }

    /** A table of one checkpoint and a commit. */
    public static void delta(int files) throws Exception {
        if (isWithoutPython("Delta")) {
            return;
        }
        in(folder -> {
            Path table = folder.resolve("t");
            Python.run(DELTA_TABLE, table, files);
            try (Python deltaLake = Python.start(DELTALAKE, table)) {
                compare("Delta", new DeltaFormat(), table, files, works -> {
                    deltaLake.addTo(works, "deltalake", files);
                    works.put("Delta Kernel, default engine", () -> check(DeltaKernelPeer.files(table), files));
                });
            }
        });
    }

    /** A dataset of one manifest. */
    public static void lance(int files) throws Exception {
        if (isWithoutPython("Lance")) {
            return;
        }
        in(folder -> {
            Path table = folder.resolve("t.lance");
            Python.run(LANCE_TABLE, table, files);
            try (Python pyLance = Python.start(PYLANCE, table)) {
                compare("Lance", new LanceFormat(), table, files, works -> pyLance.addTo(works, "pylance", files));
            }
        });
    }

    private static boolean isWithoutPython(String format) {
        if (PYTHON == null) {
            System.out.println("(no table of " + format + "; -Dlittoral.python names a Python that writes one)");
        }
        return PYTHON == null;
    }

    private interface Peers {
        void addTo(Map<String, Measured.Work> works);
    }

    private static void compare(String name, TableFormat format, Path table, int files, Peers peers) throws Exception {
        Map<String, Measured.Work> works = new LinkedHashMap<>();
        works.put("Littoral", () -> check(plan(format, table), files));
        peers.addTo(works);
        Map<String, Double> first = new LinkedHashMap<>();
        for (Map.Entry<String, Measured.Work> work : works.entrySet()) {
            long start = System.nanoTime();
            work.getValue().run();
            first.put(work.getKey(), (System.nanoTime() - start) / 1e9);
        }
        Map<String, Double> warm = Measured.medians(ROUNDS, works);
        System.out.printf("%n## Planning a table of %s, %,d files%n%n", name, files);
        System.out.println("| reader | first, s | Littoral is as many times as fast | later, files/s, median of "
                + ROUNDS + " | Littoral is as many times as fast |");
        System.out.println("|---|---|---|---|---|");
        for (String reader : works.keySet()) {
            System.out.printf(
                    "| %s | %.2f | %.1f | %,.0f | %.1f |%n",
                    reader,
                    first.get(reader),
                    first.get(reader) / first.get("Littoral"),
                    files / warm.get(reader),
                    warm.get(reader) / warm.get("Littoral"));
        }
    }

    private static int plan(TableFormat format, Path folder) throws Exception {
        var store =
                new LocalStorage().source("file://" + folder + "/").openSource(StorageAccess.OWN, StoreObserver.NONE);
        TableSpec spec =
                new TableSpec(format.name(), null, List.of(), List.of(), List.of(), OnBadFile.FAIL, null, false, false);
        int[] files = new int[1];
        try (TableStorage storage = new TableStorage(store, Openers.NONE, format.folder(store.location()));
                Table table = format.open(storage, spec)) {
            table.files(table.resolve(null), file -> {
                synchronized (files) {
                    files[0]++;
                }
            });
        }
        return files[0];
    }

    private static void check(int found, int files) {
        if (found != files) {
            throw new IllegalStateException(found + " files; expected " + files);
        }
    }

    private interface Task {
        void in(Path folder) throws Exception;
    }

    private static void in(Task task) throws Exception {
        Path folder = Files.createTempDirectory("littoral-planning-").toRealPath();
        try {
            task.in(folder);
        } finally {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    /** A Python process that plans a table for each line it gets. */
    private record Python(Process process) implements AutoCloseable {
        static Python start(String script, Path table) throws IOException {
            return new Python(PYTHON == null ? null : process(script, table.toString()));
        }

        static void run(String script, Path table, int files) throws Exception {
            if (process(script, table.toString(), "" + files).waitFor() != 0) {
                throw new IllegalStateException("no table was written");
            }
        }

        private static Process process(String script, String... arguments) throws IOException {
            List<String> command = new ArrayList<>(List.of(PYTHON, "-W", "ignore", "-c", script));
            command.addAll(List.of(arguments));
            return new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        }

        void addTo(Map<String, Measured.Work> works, String name, int files) {
            if (process != null) {
                works.put(name, () -> {
                    process.outputWriter(StandardCharsets.UTF_8).append('\n').flush();
                    String found = process.inputReader(StandardCharsets.UTF_8).readLine();
                    if (found == null) {
                        throw new IllegalStateException(name + " has ended");
                    }
                    check(Integer.parseInt(found), files);
                });
            }
        }

        @Override
        public void close() {
            if (process != null) {
                process.destroy();
                process.onExit().join();
            }
        }
    }
}
