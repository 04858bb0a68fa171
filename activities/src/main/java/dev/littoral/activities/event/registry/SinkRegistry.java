package dev.littoral.activities.event.registry;

import dev.littoral.activities.event.EventObserver;
import dev.littoral.activities.event.Sink;
import dev.littoral.activities.event.SinkSettings;
import dev.littoral.activities.event.Sinks;
import dev.littoral.activities.event.aws.AwsSink;
import dev.littoral.activities.event.http.WebhookSink;
import dev.littoral.activities.failure.LittoralException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The registry of the kinds of sinks that Littoral comes with, one line each. */
public final class SinkRegistry {
    private SinkRegistry() {}

    /**
     * Opens sinks; the caller closes them. Sends nothing.
     *
     * @throws LittoralException INPUT when an address or a secret is not right, without repeating either
     */
    public static Sinks open(List<SinkSettings> settings, EventObserver observer) {
        Map<String, Sink> sinks = new TreeMap<>();
        try {
            settings.forEach(each -> sinks.put(each.name(), open(each)));
        } catch (RuntimeException e) {
            sinks.values().forEach(Sink::close);
            throw e;
        }
        return new Sinks(sinks, observer, Clock.systemUTC());
    }

    private static Sink open(SinkSettings settings) {
        if (WebhookSink.isAddress(settings.address())) {
            return WebhookSink.open(settings);
        }
        if (AwsSink.isAddress(settings.address())) {
            return AwsSink.open(settings);
        }
        throw LittoralException.input("The address of sink " + settings.name()
                + " is of no kind that is known; expected a URL like https://host/path, or the ARN of an SNS topic or"
                + " an SQS queue");
    }
}
