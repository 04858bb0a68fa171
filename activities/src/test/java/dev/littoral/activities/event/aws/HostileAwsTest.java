package dev.littoral.activities.event.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.event.Event;
import dev.littoral.activities.event.SinkException;
import dev.littoral.activities.event.SinkSettings;
import dev.littoral.workflows.testing.RawServer;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

/** SNS and SQS sinks at a server that answers what neither does: one sentence, and little of it is taken. */
@Timeout(600)
class HostileAwsTest {
    private static final int MB = 1 << 20;
    private static final String UNREADABLE = "answers what cannot be read: ";
    private static final String MARKER = "hush7f3a";
    private static final AwsCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("testing", "testing"));
    private static final Event EVENT = new Event("3-xab-1", "products", Instant.EPOCH, "{\"id\":\"3-xab-1\"}");

    private final RawServer server = new RawServer(RawServer.text(""));

    @AfterEach
    void close() {
        server.close();
    }

    private SinkException refused(String service) {
        return refused(service, CREDENTIALS, Duration.ofMinutes(8));
    }

    private SinkException refused(String service, AwsCredentialsProvider credentials, Duration timeout) {
        AwsArn arn = AwsArn.of(new SinkSettings("s", "arn:aws:" + service + ":eu-west-1:123456789012:events", null));
        try (AwsSink sink = AwsSink.open(arn, server.endpoint(), credentials, timeout)) {
            sink.send(EVENT);
        } catch (SinkException e) {
            assertThat(e.getMessage()).doesNotContain(MARKER);
            return e;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("it was taken");
    }

    @Test
    void anAnswerAsAwsGivesItTakesTheEvent() throws Exception {
        server.answer(RawServer.text(RawServer.ofLength("200 OK", """
                <PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">
                <PublishResult><MessageId>1</MessageId></PublishResult>
                <ResponseMetadata><RequestId>2</RequestId></ResponseMetadata></PublishResponse>
                """)));
        send("sns");
        assertThat(server.requests()).isEqualTo(1);

        ByteArrayOutputStream attribute = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(attribute);
        for (String text : List.of("content-type", "String")) {
            out.writeInt(text.length());
            out.writeBytes(text);
        }
        out.writeByte(1);
        out.writeInt(Event.MEDIA_TYPE.length());
        out.writeBytes(Event.MEDIA_TYPE);
        server.answer(RawServer.text(RawServer.ofLength("200 OK", """
                {"QueueUrl":"http://q/","MessageId":"1","MD5OfMessageBody":"%s","MD5OfMessageAttributes":"%s"}
                """.formatted(
                        md5(EVENT.json().getBytes(StandardCharsets.UTF_8)), md5(attribute.toByteArray())))));
        send("sqs");
        assertThat(server.requests()).isEqualTo(3);
    }

    private void send(String service) throws InterruptedException {
        AwsArn arn = AwsArn.of(new SinkSettings("s", "arn:aws:" + service + ":eu-west-1:123456789012:events", null));
        try (AwsSink sink = AwsSink.open(arn, server.endpoint(), CREDENTIALS, Duration.ofMinutes(8))) {
            sink.send(EVENT);
        }
    }

    private static String md5(byte[] bytes) throws NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
    }

    private void assertUnreadable(String service, String body, String found) {
        server.answer(RawServer.text(RawServer.ofLength("200 OK", body)));
        SinkException failure = refused(service);
        assertThat(failure).hasMessageStartingWith(UNREADABLE + found).hasMessageContaining("; expected ");
        assertThat(failure.isUnavailable()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "sns,2000000,<a>,'more than 64 KB'",
        "sns,20000,<a>,'elements in elements, more than 16 deep'",
        "sqs,2000000,[,'more than 64 KB'",
        "sqs,60000,[,'what is no JSON object'",
        "sqs,12000,'{\"a\":','what is no JSON object'",
    })
    void anAnswerOfManyLevelsIsNotRead(String service, int count, String level, String found) {
        assertUnreadable(service, level.repeat(count), found);
    }

    @ParameterizedTest
    @CsvSource({"sns,<a>", "sqs,'{\"QueueUrl\":\"'"})
    void anAnswerWithoutAnEndIsReadUpToItsBound(String service, String start) {
        server.answer(RawServer.endless("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + start, "x"));
        assertThat(refused(service)).hasMessageStartingWith(UNREADABLE + "more than 64 KB");
        assertThat(server.taken()).isLessThan(16 * MB);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<a>hello</b>",
                "<a>hello",
                "",
                "hello " + MARKER,
                "<!DOCTYPE a [<!ENTITY b \"" + MARKER + "\">]><a>&b;</a>",
                "<a>&" + MARKER + ";</a>",
                "{\"MessageId\":\"1\"}",
                "<a/><a/>"
            })
    void whatIsNoXmlIsNoAnswerOfSns(String body) {
        assertUnreadable("sns", body, "what is no XML");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello " + MARKER,
                "\"" + MARKER + "\"",
                "[]",
                "null",
                "{\"QueueUrl\":\"http",
                "{\"QueueUrl\":\"" + MARKER + "\"} x",
                "{} {}",
                "<a/>"
            })
    void whatIsNoJsonObjectIsNoAnswerOfSqs(String body) {
        assertUnreadable("sqs", body, "what is no JSON object");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html><body>welcome</body></html>", "<PublishResponse/>"})
    void anAnswerThatNamesNoMessageTakesNone(String body) {
        assertUnreadable("sns", body, "no id of a message");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | no URL of the queue",
                "{\"QueueUrl\":null} | no URL of the queue",
                "{\"QueueUrl\":{}} | what is no answer to the event",
                "{\"QueueUrl\":[[1]]} | what is no answer to the event",
            })
    void anAnswerThatNamesNoQueueIsNone(String body, String found) {
        assertUnreadable("sqs", body, found);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sns", "sqs"})
    void anAnswerThatHangsIsGivenUp(String service) {
        CountDownLatch end = new CountDownLatch(1);
        server.answer(out -> {
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<".getBytes(StandardCharsets.UTF_8));
            end.await(8, TimeUnit.MINUTES);
        });
        assertThat(refused(service, CREDENTIALS, Duration.ofSeconds(1))).hasMessage("does not answer within 1 seconds");
        end.countDown();
    }

    /** SQS repeats the digest of a message. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"QueueUrl\":\"http://q/\"}",
                "{\"QueueUrl\":\"http://q/\",\"MessageId\":\"1\",\"MD5OfMessageBody\":\"" + MARKER + "\"}",
                "{\"QueueUrl\":\"http://q/\",\"MessageId\":{\"a\":1e99999},\"MD5OfMessageBody\":7}",
            })
    void anAnswerToAnotherMessageTakesNone(String body) {
        assertUnreadable("sqs", body, "what is no answer to the event");
    }

    private static byte[] zipped(String text) {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return zipped.toByteArray();
    }

    @ParameterizedTest
    @CsvSource({"sns,<a>", "sqs,["})
    void anAnswerIsNeverDecompressed(String service, String level) {
        byte[] zipped = zipped(level.repeat(2_000_000));
        for (String status : new String[] {"200 OK", "500 Oh"}) {
            server.answer(out -> {
                out.write(("HTTP/1.1 " + status + "\r\nContent-Encoding: gzip\r\nContent-Length: " + zipped.length
                                + "\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.UTF_8));
                out.write(zipped);
            });
            assertThat(refused(service))
                    .hasMessageStartingWith(
                            status.startsWith("2") ? UNREADABLE + "a compressed body" : "answers 500; expected");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "sns,<a>,2000000",
        "sns,<a>,20000",
        "sns,x,1",
        "sns,,0",
        "sqs,[,2000000",
        "sqs,[,60000",
        "sqs,'{\"a\":',12000",
        "sqs,x,1",
        "sqs,,0"
    })
    void ofAnErrorTheStatusIsEnough(String service, String level, int count) {
        String body = level == null ? "" : level.repeat(count);
        server.answer(RawServer.text(RawServer.ofLength("403 No", body)));
        SinkException refused = refused(service);
        assertThat(refused).hasMessage("answers 403; expected that it takes the event");
        assertThat(refused.isUnavailable()).isFalse();
        server.answer(RawServer.text(RawServer.ofLength("503 Away", body)));
        SinkException away = refused(service);
        assertThat(away).hasMessage("answers 503; expected that it takes the event");
        assertThat(away.isUnavailable()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"sns,<a>", "sqs,{\""})
    void ofAnErrorWithoutAnEndLittleIsRead(String service, String start) {
        server.answer(RawServer.endless("HTTP/1.1 500 Oh\r\nConnection: close\r\n\r\n" + start, "x"));
        assertThat(refused(service)).hasMessage("answers 500; expected that it takes the event");
        assertThat(server.taken()).isLessThan(16 * MB);
    }

    @Test
    void ofAnErrorThatCanBeReadTheCodeIsSaid() {
        server.answer(RawServer.text(RawServer.ofLength(
                "403 No",
                "<ErrorResponse><Error><Type>Sender</Type><Code>NotHere</Code><Message>" + MARKER
                        + "</Message></Error></ErrorResponse>")));
        assertThat(refused("sns")).hasMessage("answers 403 NotHere; expected that it takes the event");
        server.answer(RawServer.text(RawServer.ofLength(
                "400 No", "{\"__type\":\"com.amazonaws.sqs#QueueIsGone\",\"message\":\"" + MARKER + "\"}")));
        assertThat(refused("sqs")).hasMessage("answers 400 QueueIsGone; expected that it takes the event");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 12, 12\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 999999999999999999999999999999\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnone",
                "HTTP/7.1 200 OK\r\n\r\n"
            })
    void aHeadThatIsNoneOfHttpIsNotBelieved(String answer) {
        server.answer(RawServer.text(answer));
        for (String service : new String[] {"sns", "sqs"}) {
            SinkException failure = refused(service);
            assertThat(failure).hasMessageStartingWith(UNREADABLE).hasMessageContaining("; expected ");
            assertThat(failure.isUnavailable()).isTrue();
        }
    }

    @Test
    void aHeadWithoutAnEndIsReadUpToItsBound() {
        for (String more : new String[] {"x", "X-A: b\r\n"}) {
            server.answer(RawServer.endless("HTTP/1.1 200 OK\r\nX-B: ", more));
            assertThat(refused("sns")).hasMessageStartingWith(UNREADABLE);
        }
        assertThat(server.taken()).isLessThan(32 * MB);
    }

    @Test
    void credentialsAreMissedWhereThereAreNoneAlone() {
        AwsCredentialsProvider none = () -> {
            throw SdkClientException.create("no " + MARKER, new IOException("the role's service is away"));
        };
        assertThat(refused("sns", none, Duration.ofMinutes(8)))
                .hasMessageStartingWith("cannot be asked, as no AWS credentials were found that can be used; expected");
        assertThat(server.requests()).isZero();
    }
}
