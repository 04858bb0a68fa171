package dev.littoral.starter.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;

/** The fields of a line of the log, in this order, whatever its layout. */
public final class LogFields {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);

    private LogFields() {}

    static Map<String, String> of(ILoggingEvent event) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("time", TIME.format(Instant.ofEpochMilli(event.getTimeStamp())));
        fields.put("level", event.getLevel().toString());
        fields.put(
                "logger", event.getLoggerName().substring(event.getLoggerName().lastIndexOf('.') + 1));
        whose(event.getMDCPropertyMap(), fields);
        fields.put("message", String.valueOf(event.getFormattedMessage()));
        if (event.getThrowableProxy() != null) {
            fields.put(
                    "exception",
                    ThrowableProxyUtil.asString(event.getThrowableProxy()).strip());
        }
        return fields;
    }

    /** Around an activity the SDK logs too, and says of which workflow. */
    private static void whose(Map<String, String> context, Map<String, String> fields) {
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
