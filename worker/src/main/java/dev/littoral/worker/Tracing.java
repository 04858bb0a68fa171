package dev.littoral.worker;

import dev.littoral.workflows.model.UpdateReport;
import io.temporal.common.interceptors.WorkerInterceptor;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import java.util.Map;

/** The traces of a worker. Nothing of OpenTelemetry is loaded where they are off. */
public interface Tracing extends UpdateObserver, AutoCloseable {
    /** No traces. */
    Tracing OFF = new Tracing() {
        @Override
        public WorkerInterceptor interceptor() {
            return new WorkerInterceptorBase();
        }

        @Override
        public void ended(UpdateReport report) {}

        @Override
        public void close() {}
    };

    /**
     * Traces as OpenTelemetry's environment variables say: they are on where {@code OTEL_EXPORTER_OTLP_ENDPOINT} or
     * {@code OTEL_EXPORTER_OTLP_TRACES_ENDPOINT} is set.
     *
     * @throws dev.littoral.activities.failure.LittoralException INPUT when these are not right
     */
    static Tracing of(Map<String, String> environment) {
        return isSet(environment, "OTEL_EXPORTER_OTLP_ENDPOINT")
                        || isSet(environment, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
                ? OtlpTracing.open(environment)
                : OFF;
    }

    private static boolean isSet(Map<String, String> environment, String variable) {
        return !environment.getOrDefault(variable, "").isBlank();
    }

    /** Makes a span of each try of an activity. */
    WorkerInterceptor interceptor();

    /** Sends what is not sent yet. */
    @Override
    void close();
}
