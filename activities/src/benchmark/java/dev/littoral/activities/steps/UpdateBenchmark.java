package dev.littoral.activities.steps;

import dev.littoral.activities.catalog.ObjectCache;
import dev.littoral.activities.listing.SourceLister;
import dev.littoral.activities.steps.Pipeline.Update;
import dev.littoral.activities.storage.local.LocalStores;
import dev.littoral.activities.storage.s3.S3Clients;
import dev.littoral.activities.testing.KeyServer;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * What updates cost of a source on S3, a server on loopback that answers after 20 ms, with a catalog on the local disk.
 */
final class UpdateBenchmark {
    private static final int IN_FOLDER = 1_000;
    private static final ExternalSource SOURCE =
            new ExternalSource("s3://" + KeyServer.BUCKET + "/lake/", ExternalSpec.parquet());

    private UpdateBenchmark() {}

    static void run(int files) throws Exception {
        System.out.println();
        System.out.printf("## Updates of %,d files on S3%n", files);
        System.out.println();
        System.out.println("| update | s | first update takes times as long | source LISTs | source GETs | most at "
                + "once | catalog requests | catalog bytes written |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        List<String> keys = IntStream.range(0, files)
                .mapToObj(i -> "lake/day=%05d/%08d.parquet".formatted(i / IN_FOLDER, i))
                .toList();
        Path folder = Files.createTempDirectory("littoral-updates-");
        try (KeyServer server = new KeyServer(keys, Duration.ofMillis(20), ParquetFiles.of(100, 0), Integer.MAX_VALUE);
                S3Client client = S3Clients.connect(server.endpoint(), "key", "secret");
                Pipeline pipeline = new Pipeline(
                        LocalStores.catalog(folder),
                        new ObjectCache(16 << 20),
                        PipelineTest.s3(client),
                        SourceLister.MAX_FILES)) {
            pipeline.prepares = number -> true;
            double first = update("first", pipeline, server, 0);
            update("unchanged", pipeline, server, first);
            server.rewrite(keys.get(files / 2));
            update("1 file changed", pipeline, server, first);
            int folders = files / IN_FOLDER;
            for (int i = 0; i < Math.max(1, folders / 100); i++) {
                server.rewrite("lake/day=%05d/".formatted(i * 100 + 50));
            }
            update("1 % changed, by folder", pipeline, server, first);
        } finally {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static double update(String name, Pipeline pipeline, KeyServer server, double first)
            throws InterruptedException {
        pipeline.store.forget();
        int lists = server.lists();
        int gets = server.gets();
        long start = System.nanoTime();
        Update update = pipeline.update(SOURCE, PipelineTest.options(1_000_000));
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                "| %s, %,d files | %.2f | %s | %,d | %,d | %d | %,d | %,d |%n",
                name,
                update.files().added() + update.files().changed(),
                seconds,
                first == 0 ? "" : "%.0f".formatted(first / seconds),
                server.lists() - lists,
                server.gets() - gets,
                server.mostGetsAtOnce(),
                pipeline.store.requests(),
                pipeline.store.bytesWritten());
        return seconds;
    }
}
