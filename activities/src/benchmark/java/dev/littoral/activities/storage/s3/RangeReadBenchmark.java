package dev.littoral.activities.storage.s3;

import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.steps.Measured;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.testing.S3Server;
import dev.littoral.activities.testing.S3Servers;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.s3.analyticsaccelerator.S3SdkObjectClient;
import software.amazon.s3.analyticsaccelerator.S3SeekableInputStream;
import software.amazon.s3.analyticsaccelerator.S3SeekableInputStreamConfiguration;
import software.amazon.s3.analyticsaccelerator.S3SeekableInputStreamFactory;
import software.amazon.s3.analyticsaccelerator.request.ObjectMetadata;
import software.amazon.s3.analyticsaccelerator.util.OpenStreamInformation;
import software.amazon.s3.analyticsaccelerator.util.S3URI;

/**
 * Compares reading the last 16 KiB of many objects at a known version by the clients that Java has for S3, from a real
 * server on the same machine. All of them read at once what {@value #READERS} virtual threads ask for.
 */
public final class RangeReadBenchmark {
    private static final int ROUNDS = 5;
    private static final int READERS = 64;
    private static final int OBJECT = 256 << 10;
    private static final int TAIL = 16 << 10;

    private RangeReadBenchmark() {}

    /** Reads the tail of an object. */
    private interface Reader {
        byte[] read(int object) throws IOException, InterruptedException;
    }

    /**
     * Prints a table.
     *
     * @param objects how many there are
     */
    public static void run(int objects) throws Exception {
        System.out.println();
        System.out.println("## Tails of objects");
        System.out.println();
        System.out.println("| objects | client | reads/s | CPU µs a read, client | times as fast |");
        System.out.println("|---|---|---|---|---|");
        try (S3Server server = S3Servers.start(S3Servers.Kind.MINIO)) {
            compare(server, objects);
        }
    }

    private static void compare(S3Server server, int objects) throws Exception {
        URI endpoint = server.endpoint();
        AwsCredentialsProvider credentials =
                StaticCredentialsProvider.create(AwsBasicCredentials.create(server.accessKey(), server.secretKey()));
        String bucket = server.newBucket();
        try (S3Client ours = S3Clients.connect(endpoint, server.accessKey(), server.secretKey());
                S3Client apache = sdk(
                        endpoint,
                        credentials,
                        Apache5HttpClient.builder().maxConnections(READERS).build());
                S3Client crtHttp = sdk(
                        endpoint,
                        credentials,
                        AwsCrtHttpClient.builder().maxConcurrency(READERS).build());
                S3AsyncClient crtS3 = S3AsyncClient.crtBuilder()
                        .endpointOverride(endpoint)
                        .forcePathStyle(true)
                        .region(Region.US_EAST_1)
                        .credentialsProvider(credentials)
                        .maxConcurrency(READERS)
                        .build();
                S3SeekableInputStreamFactory accelerator = new S3SeekableInputStreamFactory(
                        new S3SdkObjectClient(crtS3, false), S3SeekableInputStreamConfiguration.DEFAULT)) {
            byte[] content = new byte[OBJECT];
            String etag = put(apache, bucket, objects, content);
            S3Bucket direct = new S3Bucket(
                    ours,
                    new S3Uri(bucket, "lake/"),
                    new S3RequestObserver(StoreObserver.NONE, StoreObserver.Role.SOURCE));
            String range = "bytes=" + (OBJECT - TAIL) + "-" + (OBJECT - 1);
            Map<String, Reader> readers = new LinkedHashMap<>();
            readers.put(
                    "Littoral, direct",
                    i -> direct.get(TAIL, r -> r.key(key(i)).range(range).ifMatch(etag))
                            .asByteArrayUnsafe());
            readers.put("AWS SDK, Apache 5", i -> tail(apache, bucket, i, range, etag));
            readers.put("AWS SDK, CRT HTTP client", i -> tail(crtHttp, bucket, i, range, etag));
            readers.put(
                    "AWS SDK, CRT S3 client",
                    i -> crtS3.getObject(
                                    r -> r.bucket(bucket)
                                            .key(key(i))
                                            .range(range)
                                            .ifMatch(etag),
                                    AsyncResponseTransformer.toBytes())
                            .join()
                            .asByteArrayUnsafe());
            readers.put("analytics accelerator, CRT S3 client", i -> accelerated(accelerator, bucket, i, etag));
            print(objects, readers);
        }
    }

    private static S3Client sdk(URI endpoint, AwsCredentialsProvider credentials, SdkHttpClient http) {
        return S3Client.builder()
                .endpointOverride(endpoint)
                .forcePathStyle(true)
                .region(Region.US_EAST_1)
                .credentialsProvider(credentials)
                .httpClient(http)
                .build();
    }

    private static String put(S3Client client, String bucket, int objects, byte[] content) throws InterruptedException {
        return ParallelTasks.run(
                        READERS,
                        IntStream.range(0, objects)
                                .mapToObj(i -> (Callable<String>) () -> client.putObject(
                                                r -> r.bucket(bucket).key(key(i)), RequestBody.fromBytes(content))
                                        .eTag())
                                .toList(),
                        RuntimeException.class)
                .getFirst();
    }

    private static byte[] tail(S3Client client, String bucket, int object, String range, String etag) {
        return client.getObjectAsBytes(
                        r -> r.bucket(bucket).key(key(object)).range(range).ifMatch(etag))
                .asByteArrayUnsafe();
    }

    private static byte[] accelerated(S3SeekableInputStreamFactory factory, String bucket, int object, String etag)
            throws IOException {
        OpenStreamInformation known = OpenStreamInformation.builder()
                .objectMetadata(ObjectMetadata.builder()
                        .contentLength(OBJECT)
                        .etag(etag)
                        .build())
                .build();
        try (S3SeekableInputStream in = factory.createStream(S3URI.of(bucket, key(object)), known)) {
            byte[] bytes = new byte[TAIL];
            in.readFully(OBJECT - TAIL, bytes, 0, TAIL);
            return bytes;
        }
    }

    private static void print(int objects, Map<String, Reader> readers) throws Exception {
        Map<String, Measured.Work> works = new LinkedHashMap<>();
        Map<String, Long> cpu = new LinkedHashMap<>();
        readers.forEach((name, reader) -> works.put(name, () -> {
            long before = cpuNanos();
            read(objects, reader);
            cpu.put(name, cpuNanos() - before);
        }));
        Map<String, Double> seconds = Measured.medians(ROUNDS, works);
        double here = seconds.get("Littoral, direct");
        seconds.forEach((name, s) -> System.out.printf(
                "| %,d | %s | %,.0f | %,d | %.2f |%n",
                objects, name, objects / s, cpu.get(name) / 1_000 / objects, s / here));
    }

    private static void read(int objects, Reader reader) throws InterruptedException {
        List<Callable<Integer>> tasks = IntStream.range(0, objects)
                .mapToObj(i -> (Callable<Integer>) () -> reader.read(i).length)
                .toList();
        for (int length : ParallelTasks.run(ParallelTasks.Threads.virtual(READERS), tasks, RuntimeException.class)) {
            if (length != TAIL) {
                throw new IllegalStateException("A read brought " + length + " bytes");
            }
        }
    }

    private static long cpuNanos() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
    }

    private static String key(int object) {
        return "lake/%06d".formatted(object);
    }
}
