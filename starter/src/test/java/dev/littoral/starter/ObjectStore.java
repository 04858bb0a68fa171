package dev.littoral.starter;

import dev.littoral.workflows.testing.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A MinIO of one's own that is killed, started again, and given other credentials. */
final class ObjectStore implements AutoCloseable {
    static final String USER = "lake-reader";
    static final String SECRET = "wJalrXUtnFEMIhush";
    private static final int WAITS = 6_000;
    private static final int SLOW_MILLIS = 3_000;
    private static final int QUICK_MILLIS = 100;

    private final Path binary = ServerProcess.binary("minio");
    private final Path folder = ServerProcess.newFolder("minio");
    private final URI endpoint = URI.create("http://127.0.0.1:" + ServerProcess.freePort());
    private final S3Client client = S3Client.builder()
            .endpointOverride(endpoint)
            .forcePathStyle(true)
            .region(Region.US_EAST_1)
            .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(USER, SECRET)))
            .build();
    private ServerProcess process;

    ObjectStore() {
        start(SECRET);
        for (int i = 0; i < WAITS; i++) {
            try {
                client.listBuckets();
                return;
            } catch (SdkException notYet) {
                process.waitFor(50);
            }
        }
        throw new IllegalStateException("minio does not answer; it printed: " + process.log());
    }

    /** Starts it with what it stored. */
    void start(String secret) {
        process = ServerProcess.start(
                folder,
                List.of(binary.toString(), "server", "--quiet", "--address", endpoint.getAuthority(), "data"),
                Map.of("MINIO_ROOT_USER", USER, "MINIO_ROOT_PASSWORD", secret, "MINIO_BROWSER", "off"));
    }

    void kill() {
        process.kill();
    }

    /** Has it answer for a moment every few seconds only, until what this gives is closed. */
    AutoCloseable slow() {
        AtomicBoolean ends = new AtomicBoolean();
        Thread thread = Thread.ofPlatform().start(() -> {
            while (!ends.get()) {
                signal("STOP");
                process.waitFor(SLOW_MILLIS);
                signal("CONT");
                process.waitFor(QUICK_MILLIS);
            }
        });
        return () -> {
            ends.set(true);
            thread.join();
        };
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    URI endpoint() {
        return endpoint;
    }

    void createBucket(String bucket) {
        client.createBucket(request -> request.bucket(bucket));
    }

    void put(String bucket, String key, byte[] bytes) {
        client.putObject(request -> request.bucket(bucket).key(key), RequestBody.fromBytes(bytes));
    }

    void put(String bucket, String key, Path file) throws IOException {
        put(bucket, key, Files.readAllBytes(file));
    }

    byte[] get(String bucket, String key) {
        return client.getObjectAsBytes(request -> request.bucket(bucket).key(key))
                .asByteArray();
    }

    List<String> keys(String bucket, String prefix) {
        return client.listObjectsV2(request -> request.bucket(bucket).prefix(prefix)).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    @Override
    public void close() {
        client.close();
        process.kill();
        ServerProcess.remove(folder);
    }
}
