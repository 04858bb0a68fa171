package dev.littoral.starter.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;

/** The fields of a line of the log. */
public final class LogFields {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);

    private LogFields() {}

    /** When it was logged, in ISO-8601. */
    static String time(ILoggingEvent event) {
        return TIME.format(Instant.ofEpochMilli(event.getTimeStamp()));
    }

    /** The fields of the layout {@code text}, in its order. */
    static Map<String, String> of(ILoggingEvent event) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("time", time(event));
        fields.put("level", event.getLevel().toString());
        fields.put(
                "logger", event.getLoggerName().substring(event.getLoggerName().lastIndexOf('.') + 1));
        whose(event, fields);
        fields.put("message", String.valueOf(event.getFormattedMessage()));
        if (event.getThrowableProxy() != null) {
            fields.put(
                    "exception",
                    ThrowableProxyUtil.asString(event.getThrowableProxy()).strip());
        }
        return fields;
    }

    /** Adds of whom a line is. Around an activity the SDK logs too, and says of which workflow. */
    static void whose(ILoggingEvent event, Map<String, String> fields) {
        Map<String, String> context = event.getMDCPropertyMap();
        String workflowId = context.get("WorkflowId");
        if (context.containsKey("collection") || workflowId == null) {
            put(fields, "collection", context.get("collection"));
            put(fields, "update", context.get("update"));
        } else {
            fields.put("collection", UpdateExternalCollectionWorkflow.collectionOf(workflowId));
            long update = UpdateExternalCollectionWorkflow.numberOf(workflowId);
            put(fields, "update", update > 0 ? Long.toString(update) : null);
        }
        put(fields, "activity", context.get("ActivityType"));
    }

    private static void put(Map<String, String> fields, String name, String value) {
        if (value != null) {
            fields.put(name, value);
        }
    }
}
