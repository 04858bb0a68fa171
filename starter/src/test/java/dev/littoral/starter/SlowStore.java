package dev.littoral.starter;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An empty S3 bucket that a test holds up, lets go or makes fail, so that updates are as slow as it likes. */
final class SlowStore implements AutoCloseable {
    static final String SOURCE = "s3://slow/";

    /** How sources of it are read. */
    static final String SPEC = "{\"profile\":\"slow\"}";

    private static final String EMPTY = "<ListBucketResult><Name>slow</Name><Prefix></Prefix><KeyCount>0</KeyCount>"
            + "<MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>";
    private static final String BUSY = "<Error><Code>SlowDown</Code><Message>too much</Message></Error>";
    private static final String[] SETTINGS = {"aws.configFile", "aws.sharedCredentialsFile"};

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Path config;
    private Mode mode = Mode.HOLD;

    enum Mode {
        HOLD,
        FAIL,
        ANSWER
    }

    /** Workers of this JVM that start from now on find it as the AWS profile {@code slow}. */
    SlowStore(Path folder) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            Mode now = passed();
            byte[] bytes = (now == Mode.FAIL ? BUSY : EMPTY).getBytes(UTF_8);
            exchange.sendResponseHeaders(now == Mode.FAIL ? 503 : 200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        config = folder.resolve("aws");
        Files.writeString(
                config,
                "[profile slow]\nregion = us-east-1\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = none\n"
                        + "endpoint_url = http://127.0.0.1:"
                        + server.getAddress().getPort() + "\n");
        for (String setting : SETTINGS) {
            System.setProperty(setting, config.toString());
        }
    }

    /** The profiles' file, for other processes. */
    String config() {
        return config.toString();
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
        for (String setting : SETTINGS) {
            System.clearProperty(setting);
        }
        threads.shutdownNow();
        server.stop(0);
    }
}
