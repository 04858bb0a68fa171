package dev.littoral.activities.storage.s3;

import dev.littoral.activities.storage.StoreObserver;
import java.util.Optional;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;

/**
 * Reports each S3 request, retries included, to an observer, as the store bills them.
 *
 * @param observer notified of each try and its HTTP status
 * @param role what the store holds
 */
record S3RequestObserver(StoreObserver observer, StoreObserver.Role role) {
    private static final ExecutionAttribute<S3RequestObserver> OBSERVER =
            new ExecutionAttribute<>("LittoralRequestObserver");

    /** Whether a try was sent that has no answer yet. */
    private static final ExecutionAttribute<Boolean> SENT = new ExecutionAttribute<>("LittoralRequestSent");

    /** Marks a request so that this is notified of it, when its client was built by {@link S3Clients}. */
    void addTo(AwsRequestOverrideConfiguration.Builder configuration) {
        configuration.putExecutionAttribute(OBSERVER, this);
    }

    /**
     * A request has ended.
     *
     * @param status its HTTP status, or {@link StoreObserver#ERROR}
     */
    void answered(String kind, String status) {
        observer.answered(role, kind, status);
    }

    /** Reports to another observer as well. */
    S3RequestObserver and(StoreObserver other) {
        return new S3RequestObserver(observer.and(other), role);
    }

    void read(long bytes) {
        observer.read(role, bytes);
    }

    void written(long bytes) {
        observer.written(role, bytes);
    }

    /** A reply that was asked for directly: empty where the SDK is to ask. */
    <T> Optional<T> routed(Optional<T> reply) {
        observer.routed(role, reply.isPresent() ? StoreObserver.Route.DIRECT : StoreObserver.Route.FALLBACK);
        return reply;
    }

    /** Sits in every client; called for every try. */
    static final class Interceptor implements ExecutionInterceptor {
        @Override
        public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
            unanswered(attributes);
            attributes.putAttribute(SENT, attributes.getAttribute(OBSERVER) != null);
        }

        @Override
        public void afterTransmission(Context.AfterTransmission context, ExecutionAttributes attributes) {
            answered(attributes, Integer.toString(context.httpResponse().statusCode()));
        }

        @Override
        public void onExecutionFailure(Context.FailedExecution context, ExecutionAttributes attributes) {
            unanswered(attributes);
        }

        /** For a try that failed on its way the SDK reports only that there is another one, or none. */
        private static void unanswered(ExecutionAttributes attributes) {
            answered(attributes, StoreObserver.ERROR);
        }

        private static void answered(ExecutionAttributes attributes, String status) {
            if (Boolean.TRUE.equals(attributes.getAttribute(SENT))) {
                attributes.putAttribute(SENT, false);
                attributes.getAttribute(OBSERVER).answered(kind(attributes), status);
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
