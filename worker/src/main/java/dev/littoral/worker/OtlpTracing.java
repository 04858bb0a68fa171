package dev.littoral.worker;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.model.UpdateStep;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInfo;
import io.temporal.client.ActivityCompletionException;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptor;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.failure.ApplicationFailure;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInfo;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Traces by OpenTelemetry, sent by OTLP. An update is a trace: its root is the span of its workflow, and below it is
 * one for each try of an activity, whichever worker it was in. All workers derive the trace's ids from the ID of the
 * workflow's run, see {@link TraceIds}, so nothing of tracing is in any history. Other activities of a collection have
 * a trace each. Safe for use by many threads.
 */
final class OtlpTracing implements Tracing {
    private static final Logger LOG = LoggerFactory.getLogger(OtlpTracing.class);

    /** What the environment does not say otherwise. Metrics and logs have their own ways. */
    private static final Map<String, String> DEFAULTS = Map.of(
            "otel.service.name", "littoral-worker",
            "otel.exporter.otlp.protocol", "http/protobuf",
            "otel.metrics.exporter", "none",
            "otel.logs.exporter", "none");

    private static final List<String> PROTOCOLS =
            List.of("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL");

    private static final Pattern PROPERTY = Pattern.compile("otel\\.[a-z._]+");

    /** What the library says of its own work, which goes to the JDK's log. Kept, as that forgets its loggers. */
    private static final java.util.logging.Logger LIBRARY = java.util.logging.Logger.getLogger("io.opentelemetry");

    private final OpenTelemetrySdk sdk;
    private final TraceIds ids;
    private final Tracer tracer;
    private final Handler warnings = new Warnings();

    private OtlpTracing(OpenTelemetrySdk sdk, TraceIds ids) {
        this.sdk = sdk;
        this.ids = ids;
        this.tracer = sdk.getTracer("dev.littoral");
        LIBRARY.addHandler(warnings);
    }

    /** Traces as the environment says, with the sampler and processor that it names. */
    static OtlpTracing open(Map<String, String> environment) {
        PROTOCOLS.stream()
                .map(variable -> environment.getOrDefault(variable, ""))
                .filter(protocol -> !protocol.isEmpty())
                .findFirst()
                .filter(protocol -> !protocol.equals("http/protobuf"))
                .ifPresent(protocol -> {
                    throw LittoralException.input(
                            "Traces cannot be sent as OTEL_EXPORTER_OTLP_PROTOCOL says; expected http/protobuf");
                });
        TraceIds ids = new TraceIds();
        try {
            return new OtlpTracing(
                    AutoConfiguredOpenTelemetrySdk.builder()
                            .disableShutdownHook()
                            .addPropertiesSupplier(() -> DEFAULTS)
                            .addPropertiesCustomizer(config -> properties(environment))
                            .addTracerProviderCustomizer((provider, config) -> provider.setIdGenerator(ids))
                            .build()
                            .getOpenTelemetrySdk(),
                    ids);
        } catch (ConfigurationException e) {
            // What is set may be a secret, so only its name is repeated.
            Matcher property = PROPERTY.matcher(String.valueOf(e.getMessage()));
            throw new LittoralException(
                    FailureType.INPUT,
                    "Traces are not configured right; check "
                            + (property.find()
                                    ? property.group().toUpperCase(Locale.ROOT).replace('.', '_')
                                    : "the environment variables that begin with OTEL_"),
                    e);
        }
    }

    /** OpenTelemetry's own variables, as properties. */
    private static Map<String, String> properties(Map<String, String> environment) {
        return environment.entrySet().stream()
                .filter(each ->
                        each.getKey().startsWith("OTEL_") && !each.getValue().isEmpty())
                .collect(Collectors.toMap(
                        each -> each.getKey().toLowerCase(Locale.ROOT).replace('_', '.'), Map.Entry::getValue));
    }

    @Override
    public WorkerInterceptor interceptor() {
        return new Interceptor();
    }

    @Override
    public void close() {
        sdk.close();
        LIBRARY.removeHandler(warnings);
    }

    private final class Interceptor extends WorkerInterceptorBase {
        @Override
        public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
            return new ActivityInboundCallsInterceptorBase(next) {
                private ActivityInfo info;

                @Override
                public void init(ActivityExecutionContext context) {
                    info = context.getInfo();
                    super.init(context);
                }

                @Override
                public ActivityOutput execute(ActivityInput input) {
                    Span span = activity(info);
                    try {
                        return super.execute(input);
                    } catch (ApplicationFailure e) {
                        failed(span, e.getType());
                        throw e;
                    } catch (ActivityCompletionException e) {
                        failed(span, UpdateState.CANCELED.name());
                        throw e;
                    } catch (RuntimeException | Error e) {
                        failed(span, FailureType.INTERNAL.name());
                        throw e;
                    } finally {
                        span.end();
                    }
                }
            };
        }
    }

    private Span activity(ActivityInfo info) {
        String step = UpdateStep.ofActivityType(info.getActivityType())
                .map(UpdateStep::wireName)
                .orElse(info.getActivityType());
        SpanBuilder span = span(step, info.getWorkflowId())
                .setAttribute("littoral.step", step)
                .setAttribute("temporal.activity.attempt", (long) info.getAttempt());
        return (UpdateExternalCollectionWorkflow.numberOf(info.getWorkflowId()) > 0
                        ? span.setParent(Context.root()
                                .with(Span.wrap(TraceIds.root(
                                        info.getWorkflowRunId(),
                                        sdk.getSdkTracerProvider().getSampler()))))
                        : span.setNoParent())
                .startSpan();
    }

    @Override
    public void ended(UpdateReport report) {
        end(report.outcome(), report.failure());
    }

    @Override
    public void stopped() {
        end(UpdateState.CANCELED, null);
    }

    /** Ends the root span of the workflow that runs here. */
    private void end(UpdateState outcome, FailureType failure) {
        WorkflowInfo info = Workflow.getInfo();
        Span span = ids.as(
                info.getRunId(),
                () -> span("update", info.getWorkflowId())
                        .setNoParent()
                        .setStartTimestamp(Instant.ofEpochMilli(info.getRunStartedTimestampMillis()))
                        .setAttribute("littoral.outcome", outcome.name())
                        .startSpan());
        if (failure != null) {
            failed(span, failure.name());
        }
        span.end();
    }

    private SpanBuilder span(String name, String workflowId) {
        SpanBuilder span = tracer.spanBuilder(name)
                .setAttribute("littoral.collection", UpdateExternalCollectionWorkflow.collectionOf(workflowId))
                .setAttribute("temporal.workflow.id", workflowId);
        long update = UpdateExternalCollectionWorkflow.numberOf(workflowId);
        return update > 0 ? span.setAttribute("littoral.update", update) : span;
    }

    /** By its class alone: its sentence may be what a codec hides. */
    private static void failed(Span span, String type) {
        span.setStatus(StatusCode.ERROR)
                .setAttribute("error.type", Objects.toString(type, FailureType.INTERNAL.name()));
    }

    /** Says in the log what the library warns of, as that a receiver does not take what is sent. */
    private static final class Warnings extends Handler {
        @Override
        public void publish(LogRecord said) {
            if (said.getLevel().intValue() >= Level.WARNING.intValue()) {
                LOG.warn("OpenTelemetry: {}", said.getMessage());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
