package dev.littoral.starter;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.List;

/** Keeps back what libraries tell of requests and their headers, among which are keys and tokens, whatever level is asked for. */
public final class DiscreetFilter extends Filter<ILoggingEvent> {
    private static final List<String> TALKATIVE =
            List.of("software.amazon.awssdk", "org.apache.hc", "org.apache.http", "io.grpc", "io.netty");

    @Override
    public FilterReply decide(ILoggingEvent event) {
        return !event.getLevel().isGreaterOrEqual(Level.WARN)
                        && TALKATIVE.stream().anyMatch(event.getLoggerName()::startsWith)
                ? FilterReply.DENY
                : FilterReply.NEUTRAL;
    }
}
