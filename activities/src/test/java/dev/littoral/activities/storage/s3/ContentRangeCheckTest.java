package dev.littoral.activities.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which replies are the range that was asked for. */
class ContentRangeCheckTest {
    @ParameterizedTest
    @CsvSource({
        "bytes=10-19, 206, bytes 10-19/20",
        "bytes=10-19, 206, bytes 10-19/1000",
        "bytes=10-19, 206, bytes 10-19/*",
        "bytes=10-19, 200, bytes 10-19/20",
        "bytes=0-0, 206, bytes 0-0/1",
        "bytes=0-19, 200,",
        "bytes=9223372036854775799-9223372036854775806, 206, bytes 9223372036854775799-9223372036854775806/*",
    })
    void aReplySaysWhatItHolds(String asked, int status, String contentRange) {
        assertThatCode(() -> new ContentRangeCheck(asked).check(status, contentRange))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=10-19, 206, bytes 9-18/20",
        "bytes=10-19, 206, bytes 11-19/20",
        "bytes=10-19, 206, bytes 10-18/20",
        "bytes=10-19, 206, bytes 10-20/21",
        "bytes=10-19, 206, bytes 10-19/19",
        "bytes=10-19, 206, bytes 10-19/10",
        "bytes=10-19, 206, bytes 10-19",
        "bytes=10-19, 206, bytes */20",
        "bytes=10-19, 206, 10-19/20",
        "bytes=10-19, 206, bytes 10-19/99999999999999999999",
        "bytes=10-19, 206, bytes 10-9999999999999999999/*",
    })
    void aPartOfAnotherPlaceIsRefused(String asked, int status, String contentRange) {
        assertThatThrownBy(() -> new ContentRangeCheck(asked).check(status, contentRange))
                .isInstanceOf(UnexpectedReplyException.class)
                .hasMessage("the store's answer is not the range that was asked for, bytes 10 to 19, but " + status
                        + " with the Content-Range '" + contentRange + "'");
    }

    @ParameterizedTest
    @CsvSource({"bytes=10-19, 200, 10 to 19", "bytes=1-19, 200, 1 to 19", "bytes=0-19, 206, 0 to 19"})
    void aReplyThatDoesNotSayIsTheWholeObjectOrRefused(String asked, int status, String range) {
        assertThatThrownBy(() -> new ContentRangeCheck(asked).check(status, null))
                .isInstanceOf(UnexpectedReplyException.class)
                .hasMessage("the store's answer is not the range that was asked for, bytes " + range + ", but " + status
                        + " without a Content-Range");
    }

    @Test
    void whatIsRepeatedOfAReplyIsShort() {
        assertThatThrownBy(() -> new ContentRangeCheck("bytes=0-1").check(206, "bytes ".repeat(100)))
                .isInstanceOf(UnexpectedReplyException.class)
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(200));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=-10", "bytes=10-", "bytes=0-1,3-4", "0-1", "bytes=0-12345678901234567890"})
    void onlyOneRangeFromOneByteToAnotherIsAskedFor(String range) {
        assertThatThrownBy(() -> new ContentRangeCheck(range))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(range);
    }
}
