package dev.littoral.starter;

import java.io.IOException;
import java.nio.file.Path;

/** An empty S3 bucket that a test holds up, lets go or makes fail, so that updates are as slow as it likes. */
final class SlowStore implements AutoCloseable {
    static final String SOURCE = "s3://slow/";

    /** How sources of it are read. */
    static final String SPEC = "{\"profile\":\"slow\"}";

    private static final String EMPTY = "<ListBucketResult><Name>slow</Name><Prefix></Prefix><KeyCount>0</KeyCount>"
            + "<MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>";

    private final S3Endpoint endpoint;
    private Mode mode = Mode.HOLD;

    enum Mode {
        HOLD,
        FAIL,
        ANSWER
    }

    /** A store that is the AWS profile {@code slow}. */
    SlowStore(Path folder) throws IOException {
        endpoint = new S3Endpoint(folder, "slow", exchange -> {
            boolean fails = passed() == Mode.FAIL;
            S3Endpoint.reply(exchange, fails ? 503 : 200, fails ? S3Endpoint.error("SlowDown") : EMPTY);
        });
    }

    /** The AWS configuration file with its profile. */
    String config() {
        return endpoint.config();
    }

    synchronized void be(Mode next) {
        mode = next;
        notifyAll();
    }

    private synchronized Mode passed() {
        while (mode == Mode.HOLD) {
            try {
                wait();
            } catch (InterruptedException e) {
                return Mode.FAIL;
            }
        }
        return mode;
    }

    @Override
    public void close() {
        endpoint.close();
    }
}
