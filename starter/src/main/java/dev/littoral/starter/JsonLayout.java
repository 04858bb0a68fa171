package dev.littoral.starter;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.LayoutBase;

/** One JSON object an event, on one line. */
public final class JsonLayout extends LayoutBase<ILoggingEvent> {
    @Override
    public String doLayout(ILoggingEvent event) {
        return Output.json(LogFields.of(event)) + "\n";
    }
}
