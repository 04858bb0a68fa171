package dev.littoral.activities.steps;

import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.parquet.ParquetFooters;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.PathFilter;
import dev.littoral.activities.source.SkipReason;
import dev.littoral.activities.storage.local.LocalStores;
import dev.littoral.activities.storage.s3.S3Clients;
import dev.littoral.activities.storage.s3.S3Stores;
import dev.littoral.activities.testing.S3Server;
import dev.littoral.activities.testing.S3Servers;
import dev.littoral.workflows.model.OnTable;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.SeekableInputStream;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Compares reading the footers of many files with other readers: on the local disk, which is in memory by then, and
 * from a real S3 server on the same machine. pyarrow takes part where a Python that has it is named by the system
 * property {@code littoral.python}.
 */
final class FooterPeersBenchmark {
    private static final int ROUNDS = 5;
    private static final int S3_THREADS = 32;
    private static final int CORES = Runtime.getRuntime().availableProcessors();
    private static final String PYTHON = System.getProperty("littoral.python");

    /** The files are read by threads, as often as there are lines; says each time how many rows they have. */
    private static final String PYARROW = """
            import sys
            from concurrent.futures import ThreadPoolExecutor
            import pyarrow.parquet as parquet
            folder, files, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
            filesystem = None
            if len(sys.argv) > 4:
                from pyarrow.fs import S3FileSystem
                filesystem = S3FileSystem(
                    endpoint_override=sys.argv[4], access_key=sys.argv[5], secret_key=sys.argv[6],
                    scheme='http', region='us-east-1')
            paths = ['%s%06d.parquet' % (folder, i) for i in range(files)]
            pool = ThreadPoolExecutor(threads)
            for line in sys.stdin:
                rows = sum(pool.map(
                    lambda path: parquet.read_metadata(path, filesystem=filesystem).num_rows, paths, chunksize=16))
                print(rows, flush=True)
            """;

    private FooterPeersBenchmark() {}

    static void run(int files) throws Exception {
        System.out.println();
        System.out.println("## Footers of files");
        System.out.println();
        System.out.println("| files | reader | files/s | times as fast |");
        System.out.println("|---|---|---|---|");
        Path folder = Files.createTempDirectory("littoral-footers-");
        try {
            for (int columns : new int[] {20, 200}) {
                byte[] content = content(columns);
                for (int i = 0; i < files; i++) {
                    Files.write(folder.resolve(name(i)), content);
                }
                local(folder, files, "local, %,d of %d columns".formatted(files, columns));
                overS3(content, files / 5, "S3, %,d of %d columns".formatted(files / 5, columns));
            }
        } finally {
            try (Stream<Path> all = Files.list(folder)) {
                for (Path file : all.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    private static byte[] content(int columns) {
        return ParquetFiles.of(IntStream.range(0, columns)
                .mapToObj(i -> (i % 2 == 0 ? "range % 7 AS c" : "'v' || range % 5 AS c") + i)
                .collect(Collectors.joining(", ", "SELECT ", " FROM range(6000)")));
    }

    private static String name(int file) {
        return "%06d.parquet".formatted(file);
    }

    private static void local(Path folder, int files, String what) throws Exception {
        Map<String, Measured.Work> works = new LinkedHashMap<>();
        try (FileSource source = LocalStores.source(folder, new PathFilter(List.of(), List.of(), OnTable.REFUSE));
                Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                PyArrow pyArrow = PyArrow.start(List.of(folder + "/", "" + files, "" + CORES))) {
            List<SourceFile> listed = listed(source);
            works.put("Littoral", () -> read(source, listed));
            works.put("DuckDB", () -> duckDb(duckDb, folder));
            works.put(
                    "parquet-java",
                    () -> parquetJava(CORES, listed, file -> new LocalInputFile(folder.resolve(name(file)))));
            pyArrow.addTo(works, files);
            print(what, files, Measured.medians(ROUNDS, works));
        }
    }

    private static void overS3(byte[] content, int files, String what) throws Exception {
        Map<String, Measured.Work> works = new LinkedHashMap<>();
        try (S3Server server = S3Servers.start(S3Servers.Kind.MINIO);
                S3Client client = S3Clients.connect(server.endpoint(), server.accessKey(), server.secretKey())) {
            String bucket = server.newBucket();
            ParallelTasks.run(
                    S3_THREADS,
                    IntStream.range(0, files)
                            .mapToObj(i -> (Callable<Object>) () -> client.putObject(
                                    r -> r.bucket(bucket).key("lake/" + name(i)), RequestBody.fromBytes(content)))
                            .toList(),
                    RuntimeException.class);
            try (PyArrow pyArrow = PyArrow.start(List.of(
                            bucket + "/lake/",
                            "" + files,
                            "" + S3_THREADS,
                            server.endpoint().getAuthority(),
                            server.accessKey(),
                            server.secretKey()));
                    FileSource source = S3Stores.source(client, "s3://" + bucket + "/lake/")) {
                List<SourceFile> listed = listed(source);
                works.put("Littoral", () -> read(source, listed));
                works.put(
                        "parquet-java, AWS SDK",
                        () -> parquetJava(
                                S3_THREADS, listed, file -> new S3InputFile(client, bucket, "lake/" + name(file))));
                pyArrow.addTo(works, files);
                print(what, files, Measured.medians(ROUNDS, works));
            }
        }
    }

    private static void print(String what, int files, Map<String, Double> seconds) {
        double here = seconds.get("Littoral");
        seconds.forEach((reader, s) ->
                System.out.printf("| %s | %s | %,.0f | %s |%n", what, reader, files / s, "%.1f".formatted(s / here)));
    }

    private static List<SourceFile> listed(FileSource source) throws Exception {
        List<SourceFile> files = new ArrayList<>();
        source.list(PathRange.ALL, new FileSource.Visitor() {
            @Override
            public void file(SourceFile file) {
                files.add(file);
            }

            @Override
            public void skipped(String path, SkipReason reason) {
                throw new IllegalStateException(path + " is left out: " + reason);
            }
        });
        return files;
    }

    /** As a shard is read. */
    private static void read(FileSource source, List<SourceFile> files)
            throws FileChangedException, InterruptedException {
        ParquetFooters footers = new ParquetFooters();
        List<Callable<Long>> tasks = new ArrayList<>();
        for (SourceFile file : files) {
            tasks.add(() -> footers.read(source, file).rows());
        }
        check(
                ParallelTasks.run(source.readers(), tasks, FileChangedException.class).stream()
                        .mapToLong(Long::longValue)
                        .sum(),
                files.size());
    }

    private static void duckDb(Connection connection, Path folder) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET threads = " + CORES);
            try (ResultSet result = statement.executeQuery(
                    "SELECT count(*), sum(num_rows) FROM parquet_file_metadata('" + folder + "/*.parquet')")) {
                result.next();
                check(result.getLong(2), result.getInt(1));
            }
        }
    }

    private interface Opener {
        InputFile open(int file) throws IOException;
    }

    private static void parquetJava(int threads, List<SourceFile> files, Opener opener) throws Exception {
        ParquetReadOptions options =
                ParquetReadOptions.builder(new PlainParquetConfiguration()).build();
        List<Callable<Long>> tasks = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            InputFile file = opener.open(i);
            tasks.add(() -> {
                try (SeekableInputStream in = file.newStream()) {
                    return ParquetFileReader.readFooter(file, options, in).getBlocks().stream()
                            .mapToLong(block -> block.getRowCount())
                            .sum();
                }
            });
        }
        check(
                ParallelTasks.run(threads, tasks, IOException.class).stream()
                        .mapToLong(Long::longValue)
                        .sum(),
                files.size());
    }

    private static void check(long rows, int files) {
        if (rows != 6_000L * files) {
            throw new IllegalStateException(files + " files have " + rows + " rows");
        }
    }

    /** An object as parquet-java reads one: its size by HEAD, then ranges from where it reads, with some read ahead. */
    private static final class S3InputFile implements InputFile {
        private static final int AHEAD = 64 << 10;

        private final S3Client client;
        private final String bucket;
        private final String key;
        private long length = -1;

        S3InputFile(S3Client client, String bucket, String key) {
            this.client = client;
            this.bucket = bucket;
            this.key = key;
        }

        @Override
        public long getLength() {
            if (length < 0) {
                length = client.headObject(r -> r.bucket(bucket).key(key)).contentLength();
            }
            return length;
        }

        @Override
        public SeekableInputStream newStream() {
            Ahead ahead = new Ahead();
            return new DelegatingSeekableInputStream(ahead) {
                @Override
                public long getPos() {
                    return ahead.at;
                }

                @Override
                public void seek(long to) {
                    ahead.at = to;
                }
            };
        }

        private final class Ahead extends InputStream {
            private long at;
            private long start;
            private byte[] bytes = {};

            @Override
            public int read() {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int wanted) {
                if (at >= getLength()) {
                    return -1;
                }
                if (at < start || at >= start + bytes.length) {
                    start = at;
                    long end = Math.min(getLength(), at + Math.max(wanted, AHEAD));
                    ResponseBytes<?> reply = client.getObjectAsBytes(
                            r -> r.bucket(bucket).key(key).range("bytes=" + start + "-" + (end - 1)));
                    bytes = reply.asByteArrayUnsafe();
                }
                int read = new ByteArrayInputStream(bytes, (int) (at - start), bytes.length).read(into, offset, wanted);
                at += read;
                return read;
            }
        }
    }

    /** A Python process that reads all files for each line it gets. */
    private record PyArrow(Process process) implements AutoCloseable {
        static PyArrow start(List<String> arguments) throws IOException {
            if (PYTHON == null) {
                System.out.println("(pyarrow takes no part; -Dlittoral.python names a Python that has it)");
                return new PyArrow(null);
            }
            List<String> command = new ArrayList<>(List.of(PYTHON, "-c", PYARROW));
            command.addAll(arguments);
            return new PyArrow(new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        }

        void addTo(Map<String, Measured.Work> works, int files) {
            if (process != null) {
                works.put("pyarrow", () -> {
                    process.outputWriter().append('\n').flush();
                    String rows = process.inputReader().readLine();
                    if (rows == null) {
                        throw new IllegalStateException("pyarrow has ended");
                    }
                    check(Long.parseLong(rows), files);
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
