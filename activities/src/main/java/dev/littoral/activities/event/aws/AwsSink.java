package dev.littoral.activities.event.aws;

import dev.littoral.activities.event.Event;
import dev.littoral.activities.event.Sink;
import dev.littoral.activities.event.SinkException;
import dev.littoral.activities.event.SinkSettings;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * A sink at AWS, set up as its users expect: credentials, and an endpoint other than AWS's own, come from the
 * environment and the shared files, the region from the ARN.
 */
public abstract sealed class AwsSink implements Sink permits SnsSink, SqsSink {
    /** All attempts of one request; each has its share. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** The collection's own tries come on top. */
    private static final int ATTEMPTS = 2;

    private static final int MAX_GROUP = 128;

    /** The name of the attribute that has the media type. */
    static final String CONTENT_TYPE = "content-type";

    private final AwsArn arn;
    private final Duration timeout;

    AwsSink(AwsArn arn, Duration timeout) {
        this.arn = arn;
        this.timeout = timeout;
    }

    /** Whether an address is of this kind. */
    public static boolean isAddress(String address) {
        return address.regionMatches(true, 0, "arn:", 0, 4);
    }

    /**
     * A sink. Sends nothing.
     *
     * @throws dev.littoral.activities.failure.LittoralException INPUT when its address is not right
     */
    public static AwsSink open(SinkSettings settings) {
        AwsArn arn = AwsArn.of(settings);
        return open(arn, null, null, TIMEOUT);
    }

    /**
     * A sink at an endpoint of its own.
     *
     * @param endpoint null for where the environment says, or AWS
     * @param credentials null for those of the environment
     */
    static AwsSink open(AwsArn arn, URI endpoint, AwsCredentialsProvider credentials, Duration timeout) {
        return arn.service().equals("sns")
                ? new SnsSink(
                        arn,
                        timeout,
                        client(arn, SnsClient.builder(), AnswerFormat.XML, endpoint, credentials, timeout))
                : new SqsSink(
                        arn,
                        timeout,
                        client(arn, SqsClient.builder(), AnswerFormat.JSON, endpoint, credentials, timeout));
    }

    /** What the SDK sends; throws its exceptions. */
    abstract void publish(Event event);

    /** The group of a FIFO topic or queue, whose messages stay in order: at most 128 characters. */
    static String group(Event event) {
        String id = event.collectionId();
        return id.length() <= MAX_GROUP
                ? id
                : UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8)).toString();
    }

    final AwsArn arn() {
        return arn;
    }

    private static <B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C> C client(
            AwsArn arn,
            B builder,
            AnswerFormat format,
            URI endpoint,
            AwsCredentialsProvider credentials,
            Duration timeout) {
        Duration attempt = timeout.dividedBy(ATTEMPTS);
        return builder.region(Region.of(arn.region()))
                .endpointOverride(endpoint)
                .credentialsProvider(new FoundCredentials(
                        credentials == null
                                ? DefaultCredentialsProvider.builder().build()
                                : credentials))
                // Closed with the client.
                .httpClientBuilder(defaults -> new BoundedAnswers(
                        Apache5HttpClient.builder()
                                .connectionTimeout(attempt)
                                .socketTimeout(attempt)
                                .buildWithDefaults(defaults),
                        format))
                .overrideConfiguration(o -> o.apiCallAttemptTimeout(attempt)
                        .apiCallTimeout(timeout)
                        .retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                .maxAttempts(ATTEMPTS)
                                .build()))
                .build();
    }

    @Override
    public final String place() {
        return arn.arn();
    }

    @Override
    public final void send(Event event) throws InterruptedException {
        try {
            publish(event);
        } catch (AbortedException e) {
            throw interrupted(e);
        } catch (AwsServiceException e) {
            String code =
                    e.awsErrorDetails() == null ? null : e.awsErrorDetails().errorCode();
            String message = "answers " + e.statusCode()
                    + (code != null && code.matches("[A-Za-z0-9.]{1,64}") ? " " + code : "")
                    + "; expected that it takes the event";
            throw e.statusCode() >= 500 || e.statusCode() == 429 || e.isThrottlingException()
                    ? SinkException.unavailable(message, null)
                    : SinkException.refused(message, null);
        } catch (ApiCallTimeoutException | ApiCallAttemptTimeoutException e) {
            throw SinkException.unreachable("does not answer within " + timeout.toSeconds() + " seconds", e);
        } catch (SdkException e) {
            throw failure(e);
        }
    }

    /** The failure of a request that got no answer, or one that the SDK cannot read. */
    private static SinkException failure(SdkException e) {
        if (find(e, FoundCredentials.Lack.class) != null) {
            // What the SDK says of credentials may repeat some of them.
            return SinkException.unreachable(
                    "cannot be asked, as no AWS credentials were found that can be used; expected some in the"
                            + " environment, the shared files or a role of the worker",
                    e);
        }
        BoundedAnswers.Unreached unreached = find(e, BoundedAnswers.Unreached.class);
        if (unreached != null) {
            return SinkException.unreachable(
                    "cannot be reached (" + unreached.getCause().getClass().getSimpleName() + ")", e);
        }
        UnreadableAnswerException unreadable = find(e, UnreadableAnswerException.class);
        return unreadable(unreadable == null ? "what is no answer to the event" : unreadable.getMessage(), e);
    }

    /**
     * The failure of a service that answers what it should not; it may answer otherwise later.
     *
     * @param found what it answers
     */
    static SinkException unreadable(String found, Throwable cause) {
        return SinkException.unreachable(
                "answers what cannot be read: " + found + "; expected that it takes the event", cause);
    }

    private static <T> T find(Throwable failure, Class<T> type) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
        }
        return null;
    }

    private static InterruptedException interrupted(AbortedException e) {
        Thread.interrupted();
        InterruptedException interrupted = new InterruptedException("sending was interrupted");
        interrupted.initCause(e);
        return interrupted;
    }
}
