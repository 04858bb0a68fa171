package dev.littoral.worker;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The ids of spans. Those of an update's root come from the ID of its workflow's run, which is a UUID, as a trace's id
 * is in its length: the trace of a run has its ID without the dashes. Others are random. Safe for use by many threads.
 */
final class TraceIds implements IdGenerator {
    private static final int SPAN_CHARS = 16;

    private final IdGenerator random = IdGenerator.random();

    /** The run whose root is made by this thread now. */
    private final ThreadLocal<String> run = new ThreadLocal<>();

    /** Has a span made that is a run's root. */
    <T> T as(String runId, Supplier<T> span) {
        run.set(runId);
        try {
            return span.get();
        } finally {
            run.remove();
        }
    }

    /** A run's root, for spans below it; each worker decides alike whether it is sampled. */
    static SpanContext root(String runId, Sampler sampler) {
        String trace = trace(runId);
        boolean sampled =
                sampler.shouldSample(Context.root(), trace, "update", SpanKind.INTERNAL, Attributes.empty(), List.of())
                                .getDecision()
                        == SamplingDecision.RECORD_AND_SAMPLE;
        return SpanContext.createFromRemoteParent(
                trace,
                trace.substring(SPAN_CHARS),
                sampled ? TraceFlags.getSampled() : TraceFlags.getDefault(),
                TraceState.getDefault());
    }

    private static String trace(String runId) {
        try {
            return hex(UUID.fromString(runId));
        } catch (IllegalArgumentException e) {
            return hex(UUID.nameUUIDFromBytes(runId.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private static String hex(UUID id) {
        return id.toString().replace("-", "");
    }

    @Override
    public String generateTraceId() {
        return run.get() == null ? random.generateTraceId() : trace(run.get());
    }

    @Override
    public String generateSpanId() {
        return run.get() == null ? random.generateSpanId() : trace(run.get()).substring(SPAN_CHARS);
    }
}
