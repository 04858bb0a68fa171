package dev.littoral.activities.event.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.event.EventObserver;
import dev.littoral.activities.event.SinkSettings;
import dev.littoral.activities.event.Sinks;
import dev.littoral.activities.failure.LittoralException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SinkRegistryTest {
    @TempDir
    private Path folder;

    private String secret() throws Exception {
        return "file:" + Files.writeString(folder.resolve("s"), "whsec_b3RoZXIgc2VjcmV0IG9mIHR3ZW50eSBmb3VyIGJ5dGVz\n");
    }

    @Test
    void theKindOfASinkIsKnownByItsAddress() throws Exception {
        try (Sinks sinks = SinkRegistry.open(
                List.of(
                        new SinkSettings("web", "https://host:8443/hook?key=hidden", secret()),
                        new SinkSettings("topic", "arn:aws:sns:eu-west-1:123456789012:topic", null),
                        new SinkSettings("queue", "arn:aws-cn:sqs:cn-north-1:123456789012:queue.fifo", null)),
                EventObserver.NONE)) {
            assertThat(sinks.refusal("web")).isEmpty();
            assertThat(sinks.refusal("topic")).isEmpty();
            assertThat(sinks.refusal("queue")).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ftp://host/hidden|The address of sink s is of no kind that is known",
                "https:///hidden|The address of sink s names no host",
                "https://host/hi dden|The address of sink s is no URL",
                "https://hidden:pw@host/|The address of sink s has a user or a secret in it",
                "https://host/#hidden|The address of sink s has a fragment",
                "https://sqs.eu-west-1.amazonaws.com/123456789012/hidden|The address of sink s is a URL of AWS",
                "arn:aws:sns:eu-west-1:12:hidden|The address of sink s is no ARN of a topic or queue",
                "arn:aws:sns:eu-west-1:123456789012:hidden|Sink s has a secret, but AWS signs for itself"
            })
    void whatIsNotRightIsRefusedWithoutItsAddress(String address, String sentence) throws Exception {
        SinkSettings settings = new SinkSettings("s", address, secret());
        assertThatThrownBy(() -> SinkRegistry.open(List.of(settings), EventObserver.NONE))
                .isInstanceOf(LittoralException.class)
                .hasMessageStartingWith(sentence)
                .hasMessageContaining("; expected")
                .hasMessageNotContaining("dden");
        assertThat(settings.toString()).doesNotContain("dden");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {
                "null,expected --sink-secret s=file:/path or s=env:NAME",
                "whsec_b3RoZXIgc2VjcmV0IG9mIHR3ZW50eSBmb3VyIGJ5dGVz,expected file:/path or env:NAME",
                "file:/no/such/file,file:/no/such/file cannot be read (NoSuchFileException)",
                "env:LITTORAL_NO_SUCH_VARIABLE,env:LITTORAL_NO_SUCH_VARIABLE is not set"
            })
    void aWebhookNeedsASecretThatIsNotInItsSettings(String secret, String sentence) {
        assertThatThrownBy(() ->
                        SinkRegistry.open(List.of(new SinkSettings("s", "https://host/", secret)), EventObserver.NONE))
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining(sentence)
                .hasMessageNotContaining("whsec_b3");
    }
}
