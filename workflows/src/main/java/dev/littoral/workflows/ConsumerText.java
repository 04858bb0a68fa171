package dev.littoral.workflows;

import dev.littoral.workflows.model.ConsumerState;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.ServingStatus;
import dev.littoral.workflows.model.Verdict;
import java.util.stream.Collectors;

/** The text about consumers that people read, in Temporal's web UI and elsewhere. Pure. */
public final class ConsumerText {
    private ConsumerText() {}

    /** What it serves: {@code serves 39}. */
    static String serves(ConsumerStatus consumer) {
        return consumer.serves() == null ? "serves nothing yet" : "serves " + consumer.serves();
    }

    /** How a consumer stands, in one line: {@code search serves 39, 2 versions behind since …, builds 41}. */
    public static String line(ConsumerStatus consumer) {
        StringBuilder line = new StringBuilder(consumer.consumer());
        if (consumer.state() == ConsumerState.GONE) {
            return line.append(" is GONE").toString();
        }
        line.append(' ').append(serves(consumer));
        if (consumer.behind() > 0) {
            line.append(", ")
                    .append(StatusText.count(consumer.behind(), "version"))
                    .append(" behind");
            line.append(consumer.since() == null ? "" : " since " + StatusText.time(consumer.since()));
        }
        if (consumer.state() == ConsumerState.BUILDING) {
            line.append(", builds ").append(consumer.version());
            line.append(consumer.until() == null ? "" : " until " + StatusText.time(consumer.until()));
        } else if (consumer.state() == ConsumerState.FAILED) {
            line.append(", FAILED on ").append(consumer.version());
            line.append(consumer.reason() == null ? "" : ": " + consumer.reason());
        }
        if (consumer.verdict() == Verdict.WRONG) {
            line.append(", WRONG: ").append(consumer.finding());
        }
        line.append(consumer.letGo() ? ", let go" : "");
        return line.append(consumer.problem() == null ? "" : ", " + consumer.problem())
                .toString();
    }

    /** How all of a collection's consumers stand: {@code LAGGING: search serves …}. */
    public static String serving(ServingStatus serving) {
        String consumers = serving.consumers().stream().map(ConsumerText::line).collect(Collectors.joining("; "));
        return (serving.state() == null ? "" : serving.state() + ": ")
                + (consumers.isEmpty() ? "none of the consumers has been looked at yet" : consumers)
                + (serving.problem() == null ? "" : "; they could not be looked at: " + serving.problem());
    }
}
