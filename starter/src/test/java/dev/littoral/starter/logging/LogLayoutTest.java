package dev.littoral.starter.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.spi.FilterReply;
import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.Json;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogLayoutTest {
    private static LoggingEvent event(String logger, Level level, String message, Throwable failure) {
        return event(
                logger, level, message, failure, Map.of("collection", "orders \"a\"", "update", "7", "RunId", "r"));
    }

    private static LoggingEvent event(
            String logger, Level level, String message, Throwable failure, Map<String, String> context) {
        LoggingEvent event =
                new LoggingEvent("", new LoggerContext().getLogger(logger), level, message, failure, new Object[0]);
        event.setInstant(Instant.parse("2026-11-01T10:00:00.005Z"));
        event.setMDCPropertyMap(context);
        return event;
    }

    @Test
    void anEventIsOneLineOfKeysAndValues() {
        String line = new TextLayout()
                .doLayout(event(
                        "dev.littoral.A", Level.WARN, "two\nlines\u0007", new IllegalStateException("broken\rtwice")));
        assertThat(line)
                .startsWith("time=2026-11-01T10:00:00.005Z level=WARN logger=A collection=\"orders \\\"a\\\"\" update=7"
                        + " message=\"two\\nlines\\u0007\""
                        + " exception=\"java.lang.IllegalStateException: broken\\rtwice\\n\\tat ")
                .endsWith("\"\n");
        assertThat(line.strip().lines()).hasSize(1);
        assertThat(line).doesNotContain("RunId");
    }

    @Test
    void anEventIsOneJsonObjectInTheElasticCommonSchema() throws Exception {
        String line =
                new JsonLayout().doLayout(event("dev.littoral.A", Level.INFO, "two\nlines", new Exception("broken")));
        assertThat(line.strip().lines()).hasSize(1);
        JsonNode json = Json.JSON.readTree(line);
        assertThat(json.get("collection").asText()).isEqualTo("orders \"a\"");
        assertThat(json.get("update").asText()).isEqualTo("7");
        assertThat(json.get("message").asText()).isEqualTo("two\nlines");
        // What the schema has first, and a person reads first.
        assertThat(line).startsWith("{\"@timestamp\":\"2026-11-01T10:00:00.005Z\",\"log.level\":\"INFO\",\"message\":");
        assertThat(json.get("ecs.version").asText()).isEqualTo("8.11.0");
        assertThat(json.get("service.name").asText()).isEqualTo("littoral");
        assertThat(json.get("log.logger").asText()).isEqualTo("dev.littoral.A");
        assertThat(json.get("process.thread.name").asText())
                .isEqualTo(Thread.currentThread().getName());
        assertThat(json.get("error.type").asText()).isEqualTo("java.lang.Exception");
        assertThat(json.get("error.message").asText()).isEqualTo("broken");
        assertThat(json.get("error.stack_trace").asText()).startsWith("java.lang.Exception: broken\n\tat ");
    }

    @Test
    void whatTheSdkLogsOfAnActivityNamesItsCollection() throws Exception {
        JsonNode json = ofTheSdk(Map.of("WorkflowId", "orders/update-7", "ActivityType", "ListFiles"));
        assertThat(json.get("collection").asText()).isEqualTo("orders");
        assertThat(json.get("update").asText()).isEqualTo("7");
        assertThat(json.get("activity").asText()).isEqualTo("ListFiles");
        json = ofTheSdk(Map.of("WorkflowId", "orders"));
        assertThat(json.get("collection").asText()).isEqualTo("orders");
        assertThat(json.has("update")).isFalse();
    }

    private static JsonNode ofTheSdk(Map<String, String> context) throws Exception {
        return Json.JSON.readTree(new JsonLayout()
                .doLayout(event("io.temporal.internal.worker.ActivityWorker", Level.WARN, "away", null, context)));
    }

    /** Libraries that log requests have their own level, whatever that of the root is. */
    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "DEBUG", "INFO", "ERROR", "OFF"})
    void whatLibrariesTellOfRequestsIsKeptBackWhateverLevelIsAskedFor(String level) throws Exception {
        LoggerContext context = new LoggerContext();
        context.putProperty("LITTORAL_LOG", level);
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(getClass().getResource("/logback.xml"));
        Appender<ILoggingEvent> appender =
                context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("text");
        Level asked = Level.toLevel(level);
        for (String talkative : new String[] {
            "software.amazon.awssdk.request",
            "org.apache.hc.client5.http.headers",
            "org.apache.http.wire",
            "io.grpc.netty.shaded.NettyClientHandler",
            "io.netty.handler"
        }) {
            Logger logger = context.getLogger(talkative);
            assertThat(logger.isInfoEnabled()).as(talkative).isFalse();
            assertThat(logger.isWarnEnabled()).as(talkative).isTrue();
            LoggingEvent warning = event(talkative, Level.WARN, "away", null);
            assertThat(appender.getFilterChainDecision(warning))
                    .as(talkative)
                    .isEqualTo(asked.isGreaterOrEqual(Level.ERROR) ? FilterReply.DENY : FilterReply.NEUTRAL);
        }
        assertThat(context.getLogger("dev.littoral.A").getEffectiveLevel()).isEqualTo(asked);
    }
}
