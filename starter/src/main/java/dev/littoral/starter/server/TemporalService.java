package dev.littoral.starter.server;

import com.uber.m3.tally.Scope;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.worker.Health;
import dev.littoral.worker.SearchAttributeWatch;
import dev.littoral.worker.TemporalConnection;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.api.workflowservice.v1.GetSystemInfoRequest;
import io.temporal.client.WorkflowClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A connection to a Temporal service, on which every call has a deadline. */
public final class TemporalService implements AutoCloseable {
    /** The time limit of a call. */
    private static final Duration TIMEOUT = Duration.ofSeconds(8);

    /** Where Temporal's development server listens by default. */
    private static final int DEFAULT_PORT = 7233;

    private static final int PROBE_MILLIS = 200;

    private final TemporalConnection connection;
    private final ServerFailures failures;
    private final ScheduledExecutorService deadlines = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("littoral-deadlines").factory());

    private TemporalService(TemporalConnection connection) {
        this.connection = connection;
        this.failures = new ServerFailures(connection.target(), connection.namespace());
    }

    /**
     * Connects to the service that Temporal's environment configuration names, or else to the default address.
     *
     * @throws LittoralException when nothing answers there, or access is denied
     */
    public static TemporalService open() {
        return open(null);
    }

    /**
     * Connects as {@link #open()} does.
     *
     * @param metrics where the SDK reports its metrics, or null
     */
    public static TemporalService open(Scope metrics) {
        TemporalService server = new TemporalService(TemporalConnection.open(metrics));
        try {
            server.requireAnswer();
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** Connects to a service of this process alone, without any security or codec. */
    public static TemporalService at(String target) {
        return new TemporalService(TemporalConnection.to(target, null));
    }

    /**
     * Connects to a service of this machine without any security, which other commands may ask too.
     *
     * @param metrics where the SDK reports its metrics, or null
     */
    public static TemporalService shared(String target, Scope metrics) {
        return new TemporalService(TemporalConnection.shared(target, metrics));
    }

    /** Whether a service is configured or, where none is, something listens on the default address. */
    static boolean isThere() {
        return TemporalConnection.isConfigured() || isListening();
    }

    private static boolean isListening() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), DEFAULT_PORT), PROBE_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void requireAnswer() {
        try {
            // Not through the client, which tries for a minute.
            client().getWorkflowServiceStubs()
                    .blockingStub()
                    .withDeadlineAfter(TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                    .getSystemInfo(GetSystemInfoRequest.getDefaultInstance());
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() != Status.Code.UNIMPLEMENTED) {
                throw failures.of(e);
            }
        }
    }

    /** The service's answer; a failure is a sentence. */
    public <T> T ask(Supplier<T> question) {
        try {
            return within(TIMEOUT, question);
        } catch (RuntimeException e) {
            throw failures.of(e);
        }
    }

    /** The answer within a time limit; failures are as Temporal's client throws them. */
    <T> T within(Duration timeout, Supplier<T> question) {
        Context.CancellableContext context =
                Context.current().withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS, deadlines);
        try {
            return context.wrap(question::get).call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("A supplier throws nothing checked", e);
        } finally {
            context.cancel(null);
        }
    }

    public WorkflowClient client() {
        return connection.client();
    }

    /** Checks that payloads can be encoded and decoded, where they go through a codec. */
    public void requireCodec() {
        connection.requireCodec();
    }

    /** Whether this process can work. */
    public Health health() {
        return connection.health();
    }

    /** Which search attributes can be set. */
    public SearchAttributeWatch attributes() {
        return connection.attributes();
    }

    /** The namespace's own search attributes. */
    Map<String, IndexedValueType> searchAttributes() {
        return connection.searchAttributes();
    }

    /** Registers search attributes in the namespace. */
    void addSearchAttributes(Map<String, IndexedValueType> attributes) {
        connection.addSearchAttributes(attributes);
    }

    public ServerFailures failures() {
        return failures;
    }

    /** Its address and namespace, for people. */
    public String place() {
        return failures.place();
    }

    public String namespace() {
        return connection.namespace();
    }

    @Override
    public void close() {
        deadlines.shutdownNow();
        connection.close();
    }
}
