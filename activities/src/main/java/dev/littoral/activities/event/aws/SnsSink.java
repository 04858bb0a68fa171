package dev.littoral.activities.event.aws;

import dev.littoral.activities.event.Event;
import java.time.Duration;
import java.util.Map;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sns.model.MessageAttributeValue;
import software.amazon.awssdk.services.sns.model.PublishRequest;

/** A topic of SNS. In a FIFO topic each collection is a group, whose events stay in order. */
final class SnsSink extends AwsSink {
    private final SnsClient client;

    SnsSink(AwsArn arn, Duration timeout, SnsClient client) {
        super(arn, timeout);
        this.client = client;
    }

    @Override
    void publish(Event event) {
        PublishRequest.Builder request = PublishRequest.builder()
                .topicArn(arn().arn())
                .message(event.json())
                .messageAttributes(Map.of(
                        CONTENT_TYPE,
                        MessageAttributeValue.builder()
                                .dataType("String")
                                .stringValue(Event.MEDIA_TYPE)
                                .build()));
        if (arn().isFifo()) {
            request.messageGroupId(group(event)).messageDeduplicationId(event.id());
        }
        if (client.publish(request.build()).messageId() == null) {
            throw unreadable("no id of a message", null);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
