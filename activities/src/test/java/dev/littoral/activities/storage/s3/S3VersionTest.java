package dev.littoral.activities.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.workflows.model.FailureType;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** Which objects of S3 are the same version of a file. */
class S3VersionTest {
    private static final SourceFile FILE = new SourceFile("s3://lake/a", "etag:e", 30);

    private static GetObjectResponse.Builder reply() {
        return GetObjectResponse.builder();
    }

    @ParameterizedTest
    @CsvSource({"e", "\"e\"", "W/\"e\"", "W/e"})
    void aWeakETagIsTheSameVersion(String etag) {
        String version = S3Version.of(etag, 5, 1_999);
        assertThat(version).isEqualTo("etag:e");
        assertThat(S3Version.etag(version)).contains("e");
        assertThat(S3Version.named(version)).isEqualTo("ETag e");
    }

    @ParameterizedTest
    @CsvSource({
        "1999, size:5;mtime:1",
        "2000, size:5;mtime:2",
        "0, size:5;mtime:0",
        "-1, size:5;mtime:-1",
    })
    void withoutAnETagItIsSizeAndWholeSeconds(long modified, String version) {
        assertThat(S3Version.of(null, 5, modified)).isEqualTo(version);
        assertThat(S3Version.etag(version)).isEmpty();
        assertThat(S3Version.named(version)).isEqualTo(version);
    }

    @Test
    void aReplyHasTheVersionOfItsObject() {
        Instant written = Instant.ofEpochMilli(7_500);
        assertThat(S3Version.of(FILE, reply().eTag("\"x\"").build(), true, 30)).isEqualTo("etag:x");
        assertThat(S3Version.of(
                        FILE, reply().eTag("\"x\"").lastModified(written).build(), true, 30))
                .isEqualTo("etag:x");
        assertThat(S3Version.of(FILE, reply().eTag("\"\"").lastModified(written).build(), false, 30))
                .isEqualTo("size:30;mtime:7");
        assertThatThrownBy(() -> S3Version.of(FILE, reply().eTag("\"\"").build(), false, 30))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.TRANSIENT))
                .hasMessage("Cannot read s3://lake/a: the store's answer names neither an ETag nor when it was"
                        + " written; expected what its listing names");
    }

    @Test
    void aPartSaysHowLargeTheObjectIsOrItIsAsListed() {
        assertThat(S3Version.sizeOf(reply().contentLength(12L).build(), FILE)).isEqualTo(12);
        assertThat(S3Version.sizeOf(
                        reply().contentLength(2L).contentRange("bytes 0-1/40").build(), FILE))
                .isEqualTo(40);
        assertThat(S3Version.sizeOf(
                        reply().contentLength(2L).contentRange("bytes 0-1/*").build(), FILE))
                .isEqualTo(30);
    }
}
