package dev.littoral.activities.event.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.event.Event;
import dev.littoral.activities.event.SinkException;
import dev.littoral.activities.event.SinkSettings;
import dev.littoral.workflows.testing.ServerProcess;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** Events at SNS and SQS, on a server that speaks as AWS does (moto). */
@Timeout(600)
class AwsSinkTest {
    /** Waits of 100 ms for the server to answer. */
    private static final int WAITS = 6_000;

    private static final Duration TIMEOUT = Duration.ofMinutes(8);

    private static final AwsCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("testing", "testing"));
    private static final Event EVENT = new Event("3-xab-1", "products", Instant.EPOCH, "{\"id\":\"3-xab-1\"}");

    private static Path folder;
    private static ServerProcess server;
    private static URI endpoint;
    private static SqsClient sqs;
    private static SnsClient sns;

    @BeforeAll
    static void start() throws InterruptedException {
        String binary = ServerProcess.binary("moto_server").toString();
        folder = ServerProcess.newFolder("moto");
        int port = ServerProcess.freePort();
        endpoint = URI.create("http://127.0.0.1:" + port);
        server = ServerProcess.start(
                folder,
                List.of(binary, "-H", "127.0.0.1", "-p", Integer.toString(port)),
                Map.of("PATH", "/usr/bin:/bin"));
        sqs = SqsClient.builder()
                .endpointOverride(endpoint)
                .region(Region.EU_WEST_1)
                .credentialsProvider(CREDENTIALS)
                .build();
        sns = SnsClient.builder()
                .endpointOverride(endpoint)
                .region(Region.EU_WEST_1)
                .credentialsProvider(CREDENTIALS)
                .build();
        for (int i = 0; i < WAITS; i++) {
            try {
                sqs.listQueues();
                return;
            } catch (SdkClientException notYet) {
                if (!server.isAlive()) {
                    break;
                }
                Thread.sleep(100);
            }
        }
        throw new AssertionError("moto does not start: " + server.log());
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            sqs.close();
            sns.close();
            server.kill();
            ServerProcess.remove(folder);
        }
    }

    private static String queue(String name) {
        return sqs.createQueue(request -> request.queueName(name)
                        .attributes(
                                name.endsWith(".fifo")
                                        ? Map.of(QueueAttributeName.FIFO_QUEUE, "true")
                                        : Map.<QueueAttributeName, String>of()))
                .queueUrl();
    }

    private static AwsSink sink(String service, String name) {
        AwsArn arn = AwsArn.of(new SinkSettings("s", "arn:aws:" + service + ":eu-west-1:123456789012:" + name, null));
        return AwsSink.open(arn, endpoint, CREDENTIALS, TIMEOUT);
    }

    private static List<Message> received(String url) {
        return sqs.receiveMessage(request -> request.queueUrl(url)
                        .maxNumberOfMessages(10)
                        .messageAttributeNames("All")
                        .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
                .messages();
    }

    @Test
    void anEventIsAMessageOfAQueue() throws InterruptedException {
        String url = queue("events");
        try (AwsSink sink = sink("sqs", "events")) {
            sink.send(EVENT);
        }
        assertThat(received(url)).singleElement().satisfies(message -> {
            assertThat(message.body()).isEqualTo(EVENT.json());
            assertThat(message.messageAttributes().get("content-type").stringValue())
                    .isEqualTo("application/cloudevents+json; charset=utf-8");
        });
    }

    @Test
    void aFifoQueueDropsARepeatAndKeepsACollectionInOrder() throws InterruptedException {
        String url = queue("events.fifo");
        try (AwsSink sink = sink("sqs", "events.fifo")) {
            sink.send(EVENT);
            sink.send(EVENT);
            sink.send(new Event("4-xab-1", "products", Instant.EPOCH, "{\"id\":\"4-xab-1\"}"));
        }
        List<Message> messages = received(url);
        assertThat(messages).extracting(Message::body).containsExactly(EVENT.json(), "{\"id\":\"4-xab-1\"}");
        assertThat(messages.get(0).attributes().get(MessageSystemAttributeName.MESSAGE_GROUP_ID))
                .isEqualTo("products");
    }

    @Test
    void anEventIsAMessageOfATopic() throws InterruptedException {
        String url = queue("subscriber");
        String topic = sns.createTopic(request -> request.name("topic")).topicArn();
        sns.subscribe(request -> request.topicArn(topic)
                .protocol("sqs")
                .endpoint("arn:aws:sqs:eu-west-1:123456789012:subscriber")
                .attributes(Map.of("RawMessageDelivery", "true")));
        try (AwsSink sink = sink("sns", "topic")) {
            assertThat(sink.place()).isEqualTo(topic);
            sink.send(EVENT);
        }
        assertThat(received(url)).extracting(Message::body).containsExactly(EVENT.json());
    }

    @Test
    void whatIsNotThereIsSaidInASentence() {
        try (AwsSink queue = sink("sqs", "none");
                AwsSink topic = sink("sns", "none")) {
            assertThatThrownBy(() -> queue.send(EVENT))
                    .isInstanceOf(SinkException.class)
                    .hasMessageMatching("answers 4\\d\\d [A-Za-z.]+; expected that it takes the event");
            assertThatThrownBy(() -> topic.send(EVENT))
                    .isInstanceOf(SinkException.class)
                    .hasMessageMatching("answers 4\\d\\d [A-Za-z.]+; expected that it takes the event");
        }
    }

    @Test
    void aServiceThatIsAwayIsSaidInASentence() {
        AwsArn arn = AwsArn.of(new SinkSettings("s", "arn:aws:sqs:eu-west-1:123456789012:x", null));
        URI nobody = URI.create("http://127.0.0.1:" + ServerProcess.freePort());
        try (AwsSink sink = AwsSink.open(arn, nobody, CREDENTIALS, TIMEOUT)) {
            assertThatThrownBy(() -> sink.send(EVENT))
                    .isInstanceOf(SinkException.class)
                    .hasMessageStartingWith("cannot be reached (");
        }
    }

    @Test
    void aCollectionIdThatIsTooLongForAGroupHasOneOfItsOwn() {
        assertThat(AwsSink.group(new Event("1", "x".repeat(128), Instant.EPOCH, "")))
                .hasSize(128);
        assertThat(AwsSink.group(new Event("1", "x".repeat(129), Instant.EPOCH, "")))
                .hasSize(36)
                .isNotEqualTo(AwsSink.group(new Event("1", "x".repeat(130), Instant.EPOCH, "")));
    }
}
