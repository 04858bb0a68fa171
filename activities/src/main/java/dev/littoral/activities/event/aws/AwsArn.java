package dev.littoral.activities.event.aws;

import dev.littoral.activities.event.SinkSettings;
import dev.littoral.activities.failure.LittoralException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ARN of a topic or queue.
 *
 * @param service {@code sns} or {@code sqs}
 */
record AwsArn(String arn, String service, String region, String account, String name) {
    private static final Pattern ARN = Pattern.compile(
            "arn:aws[a-z-]*:(sns|sqs):([a-z0-9-]{1,40}):([0-9]{12}):([A-Za-z0-9_-]{1,256}(?:\\.fifo)?)");

    /**
     * Reads one.
     *
     * @throws LittoralException INPUT when it is none
     */
    static AwsArn of(SinkSettings settings) {
        Matcher arn = ARN.matcher(settings.address());
        if (!arn.matches()) {
            throw LittoralException.input("The address of sink " + settings.name()
                    + " is no ARN of a topic or queue; expected one like arn:aws:sns:eu-west-1:123456789012:name");
        }
        if (settings.secret() != null) {
            throw LittoralException.input("Sink " + settings.name()
                    + " has a secret, but AWS signs for itself; expected no --sink-secret for an ARN");
        }
        return new AwsArn(settings.address(), arn.group(1), arn.group(2), arn.group(3), arn.group(4));
    }

    /** Whether it keeps messages of a group in order, and drops repeats. */
    boolean isFifo() {
        return name.endsWith(".fifo");
    }
}
