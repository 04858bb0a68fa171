package dev.littoral.activities.testing;

import dev.littoral.workflows.testing.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * S3 servers for tests. One of each kind is started at its first use and shared by all tests of the JVM.
 *
 * <p>MinIO and versitygw are real servers, processes of their own. Where a binary is missing the test is skipped and
 * says so, or fails when {@code LITTORAL_REQUIRE_SERVERS} is {@code true}.
 */
public final class S3Servers {
    /** The servers. */
    public enum Kind {
        /** In this JVM, in memory. Lists in UTF-16 order; no object may be another's folder. */
        S3PROXY,
        /** The nearest to S3. Does not list {@code x/y} while there is an object {@code x}. */
        MINIO,
        /** Objects are files, so {@code x} and {@code x/y} exclude each other. */
        VERSITYGW
    }

    private static final Map<Kind, S3Server> SHARED = new EnumMap<>(Kind.class);
    private static final int STARTS = 3;
    /** Waits of 50 ms for a server to answer. */
    private static final int WAITS = 6_000;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(S3Servers::stopShared));
    }

    private S3Servers() {}

    /** The server of this kind that all tests share; it lives as long as the JVM. Tests create buckets of their own. */
    public static synchronized S3Server shared(Kind kind) {
        return SHARED.computeIfAbsent(kind, S3Servers::start);
    }

    /** A server of one's own, to be closed. */
    public static S3Server start(Kind kind) {
        return switch (kind) {
            case S3PROXY -> startS3Proxy();
            case MINIO ->
                startProcess(
                        "minio",
                        "MINIO_ROOT_USER",
                        "MINIO_ROOT_PASSWORD",
                        (binary, address, data) -> List.of(binary, "server", "--quiet", "--address", address, data));
            case VERSITYGW ->
                startProcess(
                        "versitygw",
                        "ROOT_ACCESS_KEY",
                        "ROOT_SECRET_KEY",
                        (binary, address, data) ->
                                List.of(binary, "--port", address, "--keep-alive", "--quiet", "posix", data));
        };
    }

    private static synchronized void stopShared() {
        SHARED.values().forEach(S3Server::close);
        SHARED.clear();
    }

    private static S3Server startS3Proxy() {
        String accessKey = random();
        String secretKey = random();
        S3Proxy proxy = S3Proxy.builder()
                .blobStore(new TransientNio2BlobStore())
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, accessKey, secretKey)
                .stopTimeout(0)
                .build();
        try {
            proxy.start();
        } catch (Exception e) {
            throw new IllegalStateException("S3Proxy does not start", e);
        }
        return new S3Server(
                URI.create("http://127.0.0.1:" + proxy.getPort()), accessKey, secretKey, new S3Server.Machine() {
                    @Override
                    public void restart(long millisAway) {
                        throw new UnsupportedOperationException("S3Proxy keeps nothing when it is killed");
                    }

                    @Override
                    public void stop() {
                        try {
                            proxy.stop();
                        } catch (Exception e) {
                            throw new IllegalStateException("S3Proxy does not stop", e);
                        }
                    }
                });
    }

    private interface Command {
        List<String> of(String binary, String address, String data);
    }

    private static S3Server startProcess(String binary, String userVariable, String passwordVariable, Command command) {
        String path = ServerProcess.binary(binary).toString();
        for (int attempt = 1; attempt <= STARTS; attempt++) {
            Path folder = ServerProcess.newFolder(binary);
            String accessKey = random();
            String secretKey = random();
            String address = "127.0.0.1:" + ServerProcess.freePort();
            List<String> line = command.of(path, address, data(folder));
            Map<String, String> environment =
                    Map.of("MINIO_BROWSER", "off", userVariable, accessKey, passwordVariable, secretKey);
            OwnProcess process = new OwnProcess(folder, line, environment);
            S3Server server = new S3Server(URI.create("http://" + address), accessKey, secretKey, process);
            process.server = server;
            if (process.answers()) {
                return server;
            }
            // Another process may have taken the port in between.
            server.close();
        }
        throw new IllegalStateException(binary + " does not answer");
    }

    private static String data(Path folder) {
        try {
            return Files.createDirectory(folder.resolve("data")).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A server in a process of its own. */
    private static final class OwnProcess implements S3Server.Machine {
        private final Path folder;
        private final List<String> command;
        private final Map<String, String> environment;
        private ServerProcess process;
        private S3Server server;

        OwnProcess(Path folder, List<String> command, Map<String, String> environment) {
            this.folder = folder;
            this.command = command;
            this.environment = environment;
            this.process = ServerProcess.start(folder, command, environment);
        }

        boolean answers() {
            for (int i = 0; i < WAITS && process.isAlive(); i++) {
                try {
                    // A server that starts may take a request and never answer it.
                    server.client()
                            .listBuckets(r -> r.overrideConfiguration(o -> o.apiCallTimeout(Duration.ofSeconds(1))));
                    return true;
                } catch (SdkException notYet) {
                    process.waitFor(50);
                }
            }
            return false;
        }

        @Override
        public void restart(long millisAway) {
            process.kill();
            try {
                Thread.sleep(millisAway);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            process = ServerProcess.start(folder, command, environment);
            if (!answers()) {
                throw new IllegalStateException(command + " does not answer again; it printed: " + process.log());
            }
        }

        @Override
        public void stop() {
            process.kill();
            ServerProcess.remove(folder);
        }
    }

    private static String random() {
        byte[] bytes = new byte[10];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
