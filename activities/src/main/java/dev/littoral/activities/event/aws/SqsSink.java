package dev.littoral.activities.event.aws;

import dev.littoral.activities.event.Event;
import java.util.Map;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/** A queue of SQS. In a FIFO queue each collection is a group, whose events stay in order. */
final class SqsSink extends AwsSink {
    private final SqsClient client;

    /** The queue's URL, or null while it was not asked for. */
    private volatile String url;

    SqsSink(AwsArn arn, SqsClient client) {
        super(arn);
        this.client = client;
    }

    @Override
    void publish(Event event) {
        if (url == null) {
            url = client.getQueueUrl(request -> request.queueName(arn().name()).queueOwnerAWSAccountId(arn().account()))
                    .queueUrl();
        }
        SendMessageRequest.Builder request = SendMessageRequest.builder()
                .queueUrl(url)
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
    }

    @Override
    public void close() {
        client.close();
    }
}
