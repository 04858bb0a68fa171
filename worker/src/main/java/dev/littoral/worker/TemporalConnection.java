package dev.littoral.worker;

import com.uber.m3.tally.Scope;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.CodecException;
import dev.littoral.workflows.MessageConverter;
import dev.littoral.workflows.model.FailureType;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.api.operatorservice.v1.AddSearchAttributesRequest;
import io.temporal.api.operatorservice.v1.ListSearchAttributesRequest;
import io.temporal.api.operatorservice.v1.OperatorServiceGrpc;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.serviceclient.OperatorServiceStubs;
import io.temporal.serviceclient.OperatorServiceStubsOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A connection to a Temporal service. Temporal's own environment configuration says where it is:
 * {@code TEMPORAL_ADDRESS}, {@code TEMPORAL_NAMESPACE}, {@code TEMPORAL_API_KEY}, TLS, and the profiles of
 * {@code temporal.toml}. The default is {@code 127.0.0.1:7233} and the namespace {@code default}, as for Temporal's
 * CLI. Payloads go through the codec that the environment names, see {@link PayloadCodecs}.
 */
public final class TemporalConnection implements AutoCloseable {
    private static final long OPERATOR_SECONDS = 8;

    private final WorkflowServiceStubs service;
    private final WorkflowClient client;
    private final Health health = new Health();
    private final SearchAttributeWatch searchAttributes;

    private final Optional<CheckedCodec> codec;

    /** For questions to the service's operator, or null before the first. */
    private OperatorServiceStubs operator;

    private boolean closed;

    private TemporalConnection(
            WorkflowServiceStubsOptions service, WorkflowClientOptions client, Optional<CheckedCodec> codec) {
        this.codec = codec;
        this.searchAttributes = new SearchAttributeWatch(
                this::searchAttributes, codec.isEmpty(), System::nanoTime, Thread::startVirtualThread);
        this.service = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder(service)
                .addGrpcClientInterceptor(new QueryHistoryInterceptor())
                .addGrpcClientInterceptor(new UpdateSizeLimit())
                .addGrpcClientInterceptor(health)
                .addGrpcClientInterceptor(searchAttributes)
                .build());
        this.client = WorkflowClient.newInstance(
                this.service,
                WorkflowClientOptions.newBuilder(client)
                        .setDataConverter(codec.map(MessageConverter::new).orElseGet(MessageConverter::new))
                        .build());
    }

    /** Whether Temporal's environment configuration names a service. */
    public static boolean isConfigured() {
        String address = profile().getAddress();
        return address != null && !address.isEmpty();
    }

    /**
     * Connects to the service that the environment configuration names. Nothing is sent yet.
     *
     * @param metrics where the SDK reports its metrics, or null
     * @throws LittoralException INPUT when the configuration is not right
     */
    public static TemporalConnection open(Scope metrics) {
        ClientConfigProfile profile = profile();
        WorkflowServiceStubsOptions service;
        try {
            service = WorkflowServiceStubsOptions.newBuilder(profile.toWorkflowServiceStubsOptions())
                    .setMetricsScope(metrics)
                    .build();
        } catch (RuntimeException e) {
            throw new LittoralException(
                    FailureType.INPUT,
                    "The TLS certificate or key of Temporal's environment configuration cannot be used" + file(e)
                            + "; check TEMPORAL_TLS_CLIENT_CERT_PATH, TEMPORAL_TLS_CLIENT_KEY_PATH,"
                            + " TEMPORAL_TLS_SERVER_CA_CERT_PATH, or tls in temporal.toml",
                    e);
        }
        try {
            WorkflowClientOptions client = profile.toWorkflowClientOptions();
            return new TemporalConnection(service, client, configured(client));
        } catch (IllegalArgumentException e) {
            // An invalid address may hold a user and a password, so it is not repeated.
            throw new LittoralException(
                    FailureType.INPUT,
                    "Temporal's address is not understood; expected host:port in TEMPORAL_ADDRESS or temporal.toml",
                    e);
        }
    }

    /** The file that cannot be read, where that is what is wrong. */
    private static String file(RuntimeException failure) {
        return failure.getCause() instanceof FileSystemException unread && unread.getFile() != null
                ? ", as " + unread.getFile() + " is not there or may not be read"
                : "";
    }

    private static Optional<CheckedCodec> configured(WorkflowClientOptions client) {
        return PayloadCodecs.of(
                System.getenv(),
                WorkflowClientOptions.newBuilder(client)
                        .validateAndBuildWithDefaults()
                        .getNamespace());
    }

    /**
     * Connects to a service without any security whose payloads go through the codec that is configured, if one is:
     * others ask it too.
     *
     * @param target {@code host:port}
     * @param metrics where the SDK reports its metrics, or null
     */
    public static TemporalConnection shared(String target, Scope metrics) {
        WorkflowClientOptions client = WorkflowClientOptions.getDefaultInstance();
        return new TemporalConnection(options(target, metrics), client, configured(client));
    }

    /**
     * Connects to a service of this process alone, without any security or codec.
     *
     * @param target {@code host:port}
     * @param metrics where the SDK reports its metrics, or null
     */
    public static TemporalConnection to(String target, Scope metrics) {
        return new TemporalConnection(
                options(target, metrics), WorkflowClientOptions.getDefaultInstance(), Optional.empty());
    }

    private static WorkflowServiceStubsOptions options(String target, Scope metrics) {
        return WorkflowServiceStubsOptions.newBuilder()
                .setTarget(target)
                .setMetricsScope(metrics)
                .build();
    }

    /**
     * Checks that payloads can be encoded and decoded.
     *
     * @throws LittoralException when there is a codec and it does not work
     */
    public void requireCodec() {
        try {
            codec.ifPresent(CheckedCodec::requireWorking);
        } catch (CodecException e) {
            throw new LittoralException(e.type(), e.getMessage(), e);
        }
    }

    private static ClientConfigProfile profile() {
        try {
            return ClientConfigProfile.load();
        } catch (IOException | RuntimeException e) {
            // What the file holds may be a secret, so nothing of it is repeated.
            throw new LittoralException(
                    FailureType.INPUT, "Temporal's environment configuration cannot be read; check temporal.toml", e);
        }
    }

    public WorkflowClient client() {
        return client;
    }

    /** The health of this process, as far as this connection observes it. */
    public Health health() {
        return health;
    }

    /** Which search attributes can be set. */
    public SearchAttributeWatch attributes() {
        return searchAttributes;
    }

    /**
     * The namespace's own search attributes.
     *
     * @throws io.grpc.StatusRuntimeException when the service does not list them
     */
    public Map<String, IndexedValueType> searchAttributes() {
        return operator()
                .listSearchAttributes(ListSearchAttributesRequest.newBuilder()
                        .setNamespace(namespace())
                        .build())
                .getCustomAttributesMap();
    }

    /**
     * Registers search attributes in the namespace.
     *
     * @throws io.grpc.StatusRuntimeException when the service does not do so
     */
    public void addSearchAttributes(Map<String, IndexedValueType> attributes) {
        operator()
                .addSearchAttributes(AddSearchAttributesRequest.newBuilder()
                        .setNamespace(namespace())
                        .putAllSearchAttributes(attributes)
                        .build());
    }

    private synchronized OperatorServiceGrpc.OperatorServiceBlockingStub operator() {
        if (closed) {
            throw new IllegalStateException("The connection is closed");
        }
        if (operator == null) {
            operator = OperatorServiceStubs.newServiceStubs(
                    OperatorServiceStubsOptions.newBuilder(service.getOptions()).build());
        }
        return operator.blockingStub().withDeadlineAfter(OPERATOR_SECONDS, TimeUnit.SECONDS);
    }

    /** Where the service is, as {@code host:port}. */
    public String target() {
        return service.getOptions().getTarget();
    }

    public String namespace() {
        return client.getOptions().getNamespace();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            if (operator != null) {
                operator.shutdownNow();
            }
        }
        service.shutdownNow();
        service.awaitTermination(5, TimeUnit.SECONDS);
    }
}
