package dev.littoral.activities.s3;

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

    private final Map<String, LongAdder> counts = Map.of(
            "LIST", new LongAdder(),
            "GET", new LongAdder(),
            "PUT", new LongAdder(),
            "DELETE", new LongAdder(),
            "HEAD", new LongAdder());

    private final AwsRequestOverrideConfiguration configuration = AwsRequestOverrideConfiguration.builder()
            .putExecutionAttribute(COUNTER, this)
            .build();

    /** How many requests were sent so far: LIST, GET, PUT, DELETE and HEAD, each of them named, those of none with 0. */
    public Map<String, Long> counts() {
        Map<String, Long> result = new TreeMap<>();
        counts.forEach((kind, count) -> result.put(kind, count.sum()));
        return result;
    }

    /** Makes the request that bears it count here, when its client was built by {@link S3Clients}. */
    AwsRequestOverrideConfiguration configuration() {
        return configuration;
    }

    /** Sits in every client; called once for every try. */
    static final class Interceptor implements ExecutionInterceptor {
        @Override
        public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
            RequestCounter counter = attributes.getAttribute(COUNTER);
            if (counter != null) {
                counter.count(attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME));
            }
        }
    }

    private void count(String operation) {
        String kind = switch (operation) {
            case "ListObjectsV2" -> "LIST";
            case "GetObject" -> "GET";
            case "PutObject" -> "PUT";
            case "DeleteObject", "DeleteObjects" -> "DELETE";
            case "HeadObject" -> "HEAD";
            default -> throw new IllegalArgumentException("Operation " + operation + " has no kind");
        };
        counts.get(kind).increment();
    }
}
