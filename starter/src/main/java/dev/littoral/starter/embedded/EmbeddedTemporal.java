package dev.littoral.starter.embedded;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.embedded.CancellationGuard;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.temporal.internal.testservice.TestServicesStarter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * A Temporal service in this process, in memory, on a port of the loopback interface. It keeps nothing when it stops;
 * the catalog does. Its clock is the machine's: time skipping is locked.
 */
public final class EmbeddedTemporal implements AutoCloseable {
    /** A listing, a plan or a report is far smaller; this is Temporal's own limit. */
    private static final int MAX_MESSAGE_BYTES = 4 << 20;

    private static final String SERVICES = "io.temporal.internal.testservice.TestServicesStarter";

    private final TestServicesStarter services;
    private final Server server;

    private EmbeddedTemporal(TestServicesStarter services, Server server) {
        this.services = services;
        this.server = server;
    }

    /**
     * Checks that this installation has the service; the image has not.
     *
     * @param instead what is expected where it has not
     * @throws LittoralException INPUT when it has not
     */
    public static void require(String instead) {
        try {
            Class.forName(SERVICES, false, EmbeddedTemporal.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw LittoralException.input("This installation has no embedded Temporal service; expected " + instead);
        }
    }

    public static EmbeddedTemporal start() {
        return start(0);
    }

    /**
     * Starts it on a port.
     *
     * @param port 0 for any that is free
     * @throws UncheckedIOException when the port is taken
     */
    public static EmbeddedTemporal start(int port) {
        TestServicesStarter services = new TestServicesStarter(true, 0);
        try {
            return new EmbeddedTemporal(
                    services, Listener.of(services, port).build().start());
        } catch (IOException e) {
            services.close();
            throw new UncheckedIOException("The embedded Temporal service cannot listen on the loopback interface", e);
        }
    }

    /** Apart: to verify it, a JVM loads classes of the service, which {@link #require} may find missing. */
    private static final class Listener {
        static NettyServerBuilder of(TestServicesStarter services, int port) {
            NettyServerBuilder builder = NettyServerBuilder.forAddress(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                    .maxInboundMessageSize(MAX_MESSAGE_BYTES);
            builder.addService(services.getOperatorService());
            builder.addService(services.getTestService());
            return builder.addService(new CancellationGuard(services.getWorkflowService()).guarded());
        }
    }

    /** Where it listens, as {@code 127.0.0.1:port}. */
    public String target() {
        return InetAddress.getLoopbackAddress().getHostAddress() + ":" + server.getPort();
    }

    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        services.close();
    }
}
