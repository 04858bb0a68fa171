package dev.littoral.activities.event.aws;

import dev.littoral.activities.event.Event;
import java.time.Duration;
import java.util.Map;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/** A queue of SQS. In a FIFO queue each collection is a group, whose events stay in order. */
final class SqsSink extends AwsSink {
    private final SqsClient client;

    /** The queue's URL, or null while no message was taken there. */
    private volatile String url;

    SqsSink(AwsArn arn, Duration timeout, SqsClient client) {
        super(arn, timeout);
        this.client = client;
    }

    @Override
    void publish(Event event) {
        String queue = url;
        if (queue == null) {
            queue = client.getQueueUrl(
                            request -> request.queueName(arn().name()).queueOwnerAWSAccountId(arn().account()))
                    .queueUrl();
        }
        if (queue == null) {
            throw unreadable("no URL of the queue", null);
        }
        SendMessageRequest.Builder request = SendMessageRequest.builder()
                .queueUrl(queue)
                .messageBody(event.json())
                .messageAttributes(Map.of(
                        CONTENT_TYPE,
                        MessageAttributeValue.builder()
                                .dataType("String")
                                .stringValue(Event.MEDIA_TYPE)
                                .build()));
        if (arn().isFifo()) {
            request.messageGroupId(group(event)).messageDeduplicationId(event.id());
        }
        client.sendMessage(request.build());
        url = queue;
    }

    @Override
    public void close() {
        client.close();
    }
}
