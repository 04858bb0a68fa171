package dev.littoral.activities.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.storage.BlobStore;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Pages of a listing that the SDK has read. */
class ListPageTest {
    private static ListObjectsV2Response.Builder page() {
        return ListObjectsV2Response.builder().name("lake").prefix("in/").isTruncated(false);
    }

    private static S3Object.Builder object() {
        return S3Object.builder().key("in/a").eTag("\"e\"").size(5L);
    }

    @Test
    void aPageIsReadAsItIs() {
        Instant time = Instant.parse("2026-01-01T00:00:00.001Z");
        ListPage page = ListPage.of(page().contents(
                                object().build(),
                                object().key("in/b")
                                        .eTag("\"\"")
                                        .lastModified(time)
                                        .build())
                        .commonPrefixes(CommonPrefix.builder().prefix("in/c/").build())
                        .encodingType("url")
                        .isTruncated(true)
                        .nextContinuationToken("t")
                        .build())
                .orElseThrow();
        assertThat(page)
                .isEqualTo(new ListPage(
                        "in/",
                        List.of(
                                new ListPage.Listed("in/a", "\"e\"", 5, BlobStore.Entry.UNKNOWN),
                                new ListPage.Listed("in/b", null, 5, time.toEpochMilli())),
                        List.of("in/c/"),
                        "t",
                        true));
    }

    @Test
    void theLastPageHasNoToken() {
        for (String token : new String[] {null, ""}) {
            ListPage page =
                    ListPage.of(page().nextContinuationToken(token).build()).orElseThrow();
            assertThat(page.next()).isNull();
            assertThat(page.exact()).isFalse();
        }
    }

    @Test
    void aPageThatSaysNothingOfItselfWasCutOff() {
        assertThat(ListPage.of(ListObjectsV2Response.builder()
                        .contents(object().build())
                        .build()))
                .isEmpty();
    }

    static Stream<Arguments> whatIsNoPage() {
        return Stream.of(
                Arguments.of("names no bucket", changed("no bucket", page -> page.name(null))),
                Arguments.of("whether it is the last", changed("no word on more", page -> page.isTruncated(null))),
                Arguments.of("that there are more", changed("no token", page -> page.isTruncated(true))),
                Arguments.of("that it is the last", changed("a token", page -> page.nextContinuationToken("t"))),
                Arguments.of("an object without a key", changed("no key", object().key(null))),
                Arguments.of("an object without a size", changed("no size", object().size(null))),
                Arguments.of("neither an ETag nor the time", changed("no version", object().eTag(null))),
                Arguments.of(
                        "neither an ETag nor the time",
                        changed("a time beyond all numbers", object().eTag("").lastModified(Instant.MAX))),
                Arguments.of(
                        "a common prefix without a name",
                        changed(
                                "no prefix",
                                page -> page.commonPrefixes(
                                        CommonPrefix.builder().build()))));
    }

    private static Named<UnaryOperator<ListObjectsV2Response.Builder>> changed(
            String name, UnaryOperator<ListObjectsV2Response.Builder> change) {
        return Named.of(name, change);
    }

    private static Named<UnaryOperator<ListObjectsV2Response.Builder>> changed(String name, S3Object.Builder object) {
        return changed(name, page -> page.contents(object.build()));
    }

    @ParameterizedTest
    @MethodSource("whatIsNoPage")
    void eachLackHasItsSentence(String said, UnaryOperator<ListObjectsV2Response.Builder> change) {
        assertThatThrownBy(() -> ListPage.of(change.apply(page()).build()))
                .isInstanceOf(UnexpectedReplyException.class)
                .hasMessageContaining(said)
                .hasMessageEndingWith("; expected an answer to ListObjectsV2");
    }
}
