package dev.littoral.starter.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import dev.littoral.starter.cli.Output;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The log layout {@code json}: one object an event, on one line, with the fields of the Elastic Common Schema, which
 * collectors of logs know.
 */
public final class JsonLayout extends LayoutBase<ILoggingEvent> {
    private static final String SCHEMA = "8.11.0";

    @Override
    public String doLayout(ILoggingEvent event) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("@timestamp", LogFields.time(event));
        fields.put("log.level", event.getLevel().toString());
        fields.put("message", String.valueOf(event.getFormattedMessage()));
        fields.put("ecs.version", SCHEMA);
        fields.put("service.name", "littoral");
        fields.put("log.logger", event.getLoggerName());
        fields.put("process.thread.name", event.getThreadName());
        LogFields.whose(event, fields);
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) {
            fields.put("error.type", thrown.getClassName());
            if (thrown.getMessage() != null) {
                fields.put("error.message", thrown.getMessage());
            }
            fields.put("error.stack_trace", ThrowableProxyUtil.asString(thrown).strip());
        }
        return Output.json(fields) + "\n";
    }
}
