package dev.littoral.starter.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.LayoutBase;
import dev.littoral.starter.cli.Output;

/** The log layout {@code json}: one object an event, on one line. */
public final class JsonLayout extends LayoutBase<ILoggingEvent> {
    @Override
    public String doLayout(ILoggingEvent event) {
        return Output.json(LogFields.of(event)) + "\n";
    }
}
