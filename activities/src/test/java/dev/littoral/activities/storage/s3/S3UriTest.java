package dev.littoral.activities.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.FailureType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class S3UriTest {
    @Test
    void aKeyIsTakenAsItStands() {
        assertThat(S3Uri.parse("s3://lake")).isEqualTo(new S3Uri("lake", ""));
        assertThat(S3Uri.parse("s3://lake/")).isEqualTo(new S3Uri("lake", ""));
        assertThat(S3Uri.parse("s3://lake/in/")).isEqualTo(new S3Uri("lake", "in/"));
        assertThat(S3Uri.parse("s3://lake/a%20b c?x=1#y@z//")).isEqualTo(new S3Uri("lake", "a%20b c?x=1#y@z//"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "lake/in", "file:///in", "s3:/lake/in", "s3://", "s3:///in", "s3://la ke/in", "s3://l"})
    void anotherAddressIsRefused(String uri) {
        assertThatThrownBy(() -> S3Uri.parse(uri))
                .asInstanceOf(type(LittoralException.class))
                .satisfies(e -> assertThat(e.type()).isEqualTo(FailureType.INPUT));
    }

    @Test
    void anARNIsRefusedWithWhatToWriteInItsPlace() {
        assertThatThrownBy(() -> S3Uri.parse("s3://arn:aws:s3:eu-west-1:1:accesspoint/mine/in/"))
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining("not an ARN")
                .hasMessageContaining("-s3alias");
    }

    @Test
    void itIsWrittenAsItIsRead() {
        assertThat(S3Uri.parse("s3://lake/a b/")).hasToString("s3://lake/a b/");
        assertThat(S3Uri.parse("s3://lake")).hasToString("s3://lake/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3://user:hush@lake/in", "https://user:hush@lake/in", "s3://user:hush@lake"})
    void credentialsInAnAddressAreRefusedAndNotRepeated(String uri) {
        assertThatThrownBy(() -> S3Uri.parse(uri))
                .asInstanceOf(type(LittoralException.class))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hush", "user"));
    }
}
