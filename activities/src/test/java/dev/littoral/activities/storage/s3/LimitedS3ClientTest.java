package dev.littoral.activities.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.testing.FakeS3;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

class LimitedS3ClientTest {
    private static final int MOST = 16;

    private final AdaptiveConcurrencyLimit limit = new AdaptiveConcurrencyLimit(MOST);

    private S3Client client(FakeS3 server) {
        return client(server, Duration.ofMinutes(1));
    }

    private S3Client client(FakeS3 server, Duration timeout) {
        return new LimitedS3Client(
                S3Client.builder()
                        .endpointOverride(server.endpoint())
                        .forcePathStyle(true)
                        .region(Region.US_EAST_1)
                        .credentialsProvider(
                                StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "hush")))
                        .overrideConfiguration(
                                o -> o.apiCallAttemptTimeout(timeout).apiCallTimeout(timeout))
                        .build(),
                limit);
    }

    private static FakeS3 server() {
        return new FakeS3((number, request) -> FakeS3.reply(200, "ETag: \"e\"\r\n", "abc"));
    }

    private void fill() throws InterruptedException {
        while (limit.beganAtOnce("")) {
            // Until it is full.
        }
    }

    private static FutureTask<String> read(S3Client client) {
        return new FutureTask<>(
                () -> client.getObjectAsBytes(r -> r.bucket("lake").key("a")).asUtf8String());
    }

    @Test
    void theTimeUntilItsTurnIsNotTheRequests() throws Exception {
        fill();
        List<Boolean> answered = new ArrayList<>();
        // A busy machine may need longer for the request itself than it is given, but hardly so much longer.
        for (int seconds = 1; seconds < 30 && !answered.contains(true); seconds *= 4) {
            answered.add(isAnsweredAfterWaitingForLongerThanItMayTake(Duration.ofSeconds(seconds)));
        }
        assertThat(answered).contains(true);
        assertThat(limit.waiting()).isZero();
    }

    private boolean isAnsweredAfterWaitingForLongerThanItMayTake(Duration timeout) throws Exception {
        try (FakeS3 server = server();
                S3Client client = client(server, timeout)) {
            FutureTask<String> task = read(client);
            Thread.startVirtualThread(task);
            Thread.sleep(timeout.multipliedBy(3).dividedBy(2));
            boolean waited = server.requests().isEmpty() && limit.waiting() == 1;
            limit.done("", true);
            try {
                return task.get().equals("abc") && waited;
            } catch (ExecutionException e) {
                assertThat(e).hasRootCauseInstanceOf(SdkException.class);
                return false;
            } finally {
                // Its turn is another's now.
                limit.begin("");
            }
        }
    }

    @Test
    void whoeverWaitsCanBeInterrupted() throws Exception {
        try (FakeS3 server = server();
                S3Client client = client(server)) {
            fill();
            FutureTask<String> task = read(client);
            Thread thread = Thread.startVirtualThread(task);
            thread.interrupt();
            assertThatThrownBy(task::get).hasCauseInstanceOf(AbortedException.class);
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void aRequestThatFailsGivesItsTurnBack() throws Exception {
        try (FakeS3 server = new FakeS3((number, request) -> FakeS3.error(404, "NoSuchKey"));
                S3Client client = client(server)) {
            for (int i = 0; i < 2 * MOST; i++) {
                assertThatThrownBy(() ->
                                client.getObjectAsBytes(r -> r.bucket("lake").key("a")))
                        .hasMessageContaining("404");
                assertThatThrownBy(() ->
                                client.getObjectAsBytes(r -> r.bucket("lake").key("")))
                        .isInstanceOf(RuntimeException.class);
            }
        }
        fill();
        for (int i = 0; i < MOST; i++) {
            limit.done("", true);
        }
        assertThat(limit.beganAtOnce("")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"404, true", "503, true", "0, false"})
    void onlyAnAnswerWhateverItSaysIsToTheCreditOfAnAddress(int status, boolean answered) throws Exception {
        S3Uri lake = S3Uri.parse("s3://lake/");
        try (FakeS3 server =
                        new FakeS3((number, request) -> status == 0 ? new byte[0] : FakeS3.error(status, "Whatever"));
                S3Client client = client(server)) {
            S3Bucket bucket =
                    new S3Bucket(client, lake, new S3RequestObserver(StoreObserver.NONE, StoreObserver.Role.SOURCE));
            assertThatThrownBy(() -> bucket.get(3, r -> r.key("a"))).isInstanceOf(SdkException.class);
        }
        assertThat(isLetInBesideTwoOthers(lake)).isEqualTo(answered);
    }

    private boolean isLetInBesideTwoOthers(S3Uri address) throws InterruptedException {
        for (String other : List.of("first", "second")) {
            while (limit.beganAtOnce(other)) {
                // Until it has what it may.
            }
        }
        return limit.beganAtOnce(address.toString());
    }
}
