package dev.littoral.activities.testing;

import dev.littoral.activities.storage.s3.S3Clients;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.services.s3.S3Client;

/** An S3 server on loopback that runs for a test, with credentials of its own. */
public final class S3Server implements AutoCloseable {
    private static final AtomicInteger BUCKETS = new AtomicInteger();

    private final URI endpoint;
    private final String accessKey;
    private final String secretKey;
    private final Machine machine;
    private final S3Client client;

    /** What a server runs on. */
    interface Machine {
        /** Ends it at once and starts it again with what it stored. */
        void restart(long millisAway);

        /** Ends it at once and removes what it stored. */
        void stop();
    }

    S3Server(URI endpoint, String accessKey, String secretKey, Machine machine) {
        this.endpoint = endpoint;
        this.accessKey = accessKey;
        this.secretKey = secretKey;
        this.machine = machine;
        this.client = S3Clients.connect(endpoint, accessKey, secretKey);
    }

    public URI endpoint() {
        return endpoint;
    }

    public String accessKey() {
        return accessKey;
    }

    public String secretKey() {
        return secretKey;
    }

    /** A client that is closed with the server. */
    public S3Client client() {
        return client;
    }

    /** Creates a bucket that no other test uses, and returns its name. */
    public String newBucket() {
        String name = "bucket-" + BUCKETS.incrementAndGet();
        client.createBucket(b -> b.bucket(name));
        return name;
    }

    /**
     * Kills the server and starts it again where it was, with what it stored. Only one that is a process can.
     *
     * @param millisAway how long nobody answers, at least
     */
    public void killAndRestart(long millisAway) {
        machine.restart(millisAway);
    }

    /** Stops the server, at once, and removes what it stored. */
    @Override
    public void close() {
        client.close();
        machine.stop();
    }
}
