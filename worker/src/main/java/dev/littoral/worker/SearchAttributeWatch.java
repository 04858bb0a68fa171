package dev.littoral.worker;

import dev.littoral.workflows.CollectionAttributes;
import dev.littoral.workflows.RegisteredAttributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches which search attributes of collections the namespace has. It looks when it is asked and what it knows is old,
 * so an idle worker asks nothing. A task that the server refused because of one shows that they are others than was
 * known; then none is set until it looks again. Safe for use by many threads.
 */
public final class SearchAttributeWatch implements RegisteredAttributes, ClientInterceptor {
    private static final Logger LOG = LoggerFactory.getLogger(SearchAttributeWatch.class);

    /** How old what is known may be. */
    static final Duration MAX_AGE = Duration.ofSeconds(10);

    /** Parts of a server learn of a change within seconds. */
    static final Duration AFTER_REFUSAL = Duration.ofMinutes(1);

    /** A server that lists none to this worker is asked again after this time. */
    static final Duration AFTER_DENIAL = Duration.ofMinutes(10);

    /** How a server begins to say why it refuses a task for its search attributes. */
    private static final String REFUSED = "BadSearchAttributes";

    private static final MethodDescriptor<?, ?> COMPLETED = WorkflowServiceGrpc.getRespondWorkflowTaskCompletedMethod();

    private final Supplier<Map<String, IndexedValueType>> listing;
    private final Set<String> allowed;
    private final LongSupplier nanos;
    private final Executor executor;
    private final Set<String> said = new HashSet<>();
    private Set<String> known = Set.of();
    private boolean looks;
    private long nextLook;

    /**
     * Knows nothing yet.
     *
     * @param listing the namespace's search attributes
     * @param showsSources whether anybody who may list workflows may see what a collection follows
     * @param executor lists them, as whoever asks does not wait for that
     */
    SearchAttributeWatch(
            Supplier<Map<String, IndexedValueType>> listing,
            boolean showsSources,
            LongSupplier nanos,
            Executor executor) {
        this.listing = listing;
        this.nanos = nanos;
        this.executor = executor;
        this.nextLook = nanos.getAsLong();
        Set<String> names = new TreeSet<>(CollectionAttributes.NAMES);
        if (!showsSources) {
            names.remove(CollectionAttributes.SOURCE);
        }
        this.allowed = Set.copyOf(names);
    }

    /** Those that may be set where they are registered. */
    public Set<String> allowed() {
        return allowed;
    }

    @Override
    public synchronized Set<String> names() {
        if (!looks && nanos.getAsLong() - nextLook >= 0) {
            looks = true;
            executor.execute(this::look);
        }
        return known;
    }

    private void look() {
        try {
            looked(listing.get());
        } catch (StatusRuntimeException e) {
            failed(e);
        } catch (RuntimeException e) {
            LOG.debug("Search attributes could not be listed", e);
            ended(MAX_AGE);
        }
    }

    private synchronized void looked(Map<String, IndexedValueType> registered) {
        Set<String> names = new TreeSet<>();
        for (String name : CollectionAttributes.NAMES) {
            IndexedValueType type = registered.get(name);
            if (type == null) {
                said.remove(name);
            } else if (!allowed.contains(name)) {
                if (said.add(name)) {
                    LOG.info(
                            "Search attribute {} is not set: payloads go through a codec, and it would show what"
                                    + " they hide",
                            name);
                }
            } else if (type != CollectionAttributes.TYPE) {
                if (said.add(name)) {
                    LOG.warn(
                            "Search attribute {} is not set: it is registered as {}; expected Keyword",
                            name,
                            word(type));
                }
            } else {
                said.remove(name);
                names.add(name);
            }
        }
        known = Set.copyOf(names);
        ended(MAX_AGE);
    }

    private synchronized void failed(StatusRuntimeException failure) {
        switch (failure.getStatus().getCode()) {
            case UNIMPLEMENTED, PERMISSION_DENIED, UNAUTHENTICATED -> {
                Status.Code code = failure.getStatus().getCode();
                if (said.add(REFUSED) && code != Status.Code.UNIMPLEMENTED) {
                    LOG.info("Search attributes are not set: Temporal does not list them to this worker, {}", code);
                }
                known = Set.of();
                ended(AFTER_DENIAL);
            }
            default -> {
                LOG.debug("Search attributes could not be listed", failure);
                ended(MAX_AGE);
            }
        }
    }

    private synchronized void ended(Duration pause) {
        looks = false;
        // A refusal meanwhile counts.
        nextLook = Math.max(nextLook, nanos.getAsLong() + pause.toNanos());
    }

    /** A workflow task was refused for its search attributes; it is tried again. */
    private synchronized void refused() {
        LOG.warn("Temporal refuses a search attribute that it listed; none is set for {}", AFTER_REFUSAL);
        known = Set.of();
        nextLook = nanos.getAsLong() + AFTER_REFUSAL.toNanos();
    }

    /** A type as Temporal's CLI calls it. */
    public static String word(IndexedValueType type) {
        StringBuilder word = new StringBuilder();
        for (String part : type.name().replace("INDEXED_VALUE_TYPE_", "").split("_", -1)) {
            word.append(part.charAt(0)).append(part.substring(1).toLowerCase(Locale.ROOT));
        }
        return word.toString();
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        if (!method.getFullMethodName().equals(COMPLETED.getFullMethodName())) {
            return next.newCall(method, options);
        }
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void start(Listener<A> listener, Metadata headers) {
                super.start(
                        new SimpleForwardingClientCallListener<>(listener) {
                            @Override
                            public void onClose(Status status, Metadata trailers) {
                                if (status.getCode() == Status.Code.INVALID_ARGUMENT
                                        && String.valueOf(status.getDescription())
                                                .contains(REFUSED)) {
                                    refused();
                                }
                                super.onClose(status, trailers);
                            }
                        },
                        headers);
            }
        };
    }
}
