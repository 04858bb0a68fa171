package dev.littoral.starter;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** An S3 bucket with many Parquet files, all alike. The last ones can be read when the test says so. */
final class SlowBucket implements AutoCloseable {
    static final String SOURCE = "s3://lake/";

    /** How sources of it are read. */
    static final String SPEC = "{\"profile\":\"lake\"}";

    private final S3Endpoint endpoint;
    private final byte[] file;
    private final String listing;
    private final int quick;
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile boolean busy;

    /**
     * A bucket that is the AWS profile {@code lake}.
     *
     * @param quick how many files can be read at once
     */
    SlowBucket(Path folder, Path file, int files, int quick) throws IOException {
        this.file = Files.readAllBytes(file);
        this.quick = quick;
        StringBuilder keys = new StringBuilder();
        for (int i = 0; i < files; i++) {
            keys.append("<Contents><Key>part-%05d.parquet</Key><ETag>\"%d\"</ETag><Size>%d</Size>"
                            .formatted(i, i, this.file.length))
                    .append("<LastModified>2026-11-01T00:00:00.000Z</LastModified></Contents>");
        }
        listing = "<ListBucketResult><Name>lake</Name><Prefix></Prefix><KeyCount>" + files
                + "</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>" + keys
                + "</ListBucketResult>";
        endpoint = new S3Endpoint(folder, "lake", this::answer);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (busy) {
                S3Endpoint.reply(exchange, 503, S3Endpoint.error("SlowDown"));
                return;
            }
            if (!path.endsWith(".parquet")) {
                S3Endpoint.reply(exchange, 200, listing);
                return;
            }
            int number = Integer.parseInt(path.replaceAll("\\D", ""));
            if (number >= quick) {
                released.await();
            }
            exchange.getResponseHeaders().add("ETag", "\"" + number + "\"");
            exchange.getResponseHeaders().add("Last-Modified", "Sun, 01 Nov 2026 00:00:00 GMT");
            // Files are smaller than what is asked for of their ends.
            exchange.getResponseHeaders().add("Content-Range", "bytes 0-" + (file.length - 1) + "/" + file.length);
            exchange.sendResponseHeaders(206, file.length);
            exchange.getResponseBody().write(file);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The AWS configuration file with its profile. */
    String config() {
        return endpoint.config();
    }

    /** From now on all files are quick. */
    void release() {
        released.countDown();
    }

    /** Whether it refuses all requests for now. */
    void busy(boolean yes) {
        busy = yes;
    }

    @Override
    public void close() {
        release();
        endpoint.close();
    }
}
