package dev.littoral.activities.storage.s3;

import dev.littoral.activities.storage.StoreObserver;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;

/**
 * Counts the requests that were sent to a store, by kind; every try counts, as the store bills it. A source or a store of
 * objects takes one, so that an update knows what it cost. Safe for use by many threads.
 */
public final class RequestCounter {
    private static final ExecutionAttribute<RequestCounter> COUNTER =
            new ExecutionAttribute<>("LittoralRequestCounter");

    /** Whether a try was sent that has no answer yet. */
    private static final ExecutionAttribute<Boolean> SENT = new ExecutionAttribute<>("LittoralRequestSent");

    private final StoreObserver requests;
    private final StoreObserver.Store store;

    private final Map<String, LongAdder> counts = Map.of(
            "LIST", new LongAdder(),
            "GET", new LongAdder(),
            "PUT", new LongAdder(),
            "DELETE", new LongAdder(),
            "HEAD", new LongAdder());

    /** A counter whose requests nobody else hears of. */
    public RequestCounter() {
        this(StoreObserver.NONE, StoreObserver.Store.SOURCE);
    }

    /**
     * A counter.
     *
     * @param requests hears of each try and its HTTP status
     * @param store what the requests go to
     */
    public RequestCounter(StoreObserver requests, StoreObserver.Store store) {
        this.requests = requests;
        this.store = store;
    }

    /** How many requests were sent so far: LIST, GET, PUT, DELETE and HEAD, each of them named, those of none with 0. */
    public Map<String, Long> counts() {
        Map<String, Long> result = new TreeMap<>();
        counts.forEach((kind, count) -> result.put(kind, count.sum()));
        return result;
    }

    /** Makes the request that bears it count here, when its client was built by {@link S3Clients}. */
    void addTo(AwsRequestOverrideConfiguration.Builder configuration) {
        configuration.putExecutionAttribute(COUNTER, this);
    }

    /**
     * A request that no client sent has ended.
     *
     * @param status its HTTP status, or {@link StoreObserver#ERROR}
     */
    void sent(String kind, String status) {
        counts.get(kind).increment();
        requests.answered(store, kind, status);
    }

    /** Sits in every client; called for every try. */
    static final class Interceptor implements ExecutionInterceptor {
        @Override
        public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
            unanswered(attributes);
            RequestCounter counter = attributes.getAttribute(COUNTER);
            if (counter != null) {
                counter.counts.get(kind(attributes)).increment();
                attributes.putAttribute(SENT, true);
            }
        }

        @Override
        public void afterTransmission(Context.AfterTransmission context, ExecutionAttributes attributes) {
            answered(attributes, Integer.toString(context.httpResponse().statusCode()));
        }

        @Override
        public void onExecutionFailure(Context.FailedExecution context, ExecutionAttributes attributes) {
            unanswered(attributes);
        }

        /** Of a try that failed on its way nothing is told but that there is another one, or none. */
        private static void unanswered(ExecutionAttributes attributes) {
            answered(attributes, StoreObserver.ERROR);
        }

        private static void answered(ExecutionAttributes attributes, String status) {
            if (Boolean.TRUE.equals(attributes.getAttribute(SENT))) {
                attributes.putAttribute(SENT, false);
                RequestCounter counter = attributes.getAttribute(COUNTER);
                counter.requests.answered(counter.store, kind(attributes), status);
            }
        }
    }

    private static String kind(ExecutionAttributes attributes) {
        String operation = attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME);
        return switch (operation) {
            case "ListObjectsV2" -> "LIST";
            case "GetObject" -> "GET";
            case "PutObject" -> "PUT";
            case "DeleteObject", "DeleteObjects" -> "DELETE";
            case "HeadObject" -> "HEAD";
            default -> throw new IllegalArgumentException("Operation " + operation + " has no kind");
        };
    }
}
