package dev.littoral.activities.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/** Keys of a listing that are UTF-8, and such that are not. */
class ListedKeysTest {
    @ParameterizedTest
    @CsvSource({
        "in/a, in/a",
        "in/a+b, in/a b",
        "+b, ' b'",
        "%41b, Ab",
        "in/a%2Bb%25, in/a+b%",
        "in/caf%C3%A9, in/caf\u00e9",
        "in/%F0%9F%98%80%f0%9f%98%80, in/\uD83D\uDE00\uD83D\uDE00",
        // A pair whose second half is the mark.
        "in/%F0%90%8F%BF, in/\uD800\uDFFF",
        "in/%EF%BF%BD, in/\uFFFD",
        "in/\u00e9, in/\u00e9",
    })
    void aNameIsDecoded(String encoded, String key) {
        assertThat(ListedKeys.decoded(encoded)).isEqualTo(key);
        assertThat(ListedKeys.marked(encoded)).isEqualTo(encoded);
        assertThat(ListedKeys.shown(key)).isEqualTo(key);
    }

    /** Also where bytes that are a name stand beside them. */
    @ParameterizedTest
    @CsvSource({
        "in/%FF, in/\uFFFD",
        "%FF, \uFFFD",
        "in/caf%E9.parquet, in/caf\uFFFD.parquet",
        "in%2Fcaf%C3%A9%FF%25%24+%2B, in/caf\u00e9\uFFFD%$ +",
        "in/%FF%EF%BF%BD, in/\uFFFD\uFFFD",
        "in/%F0%90%8F%BF%FE, in/\uD800\uDFFF\uFFFD",
        "in/%C3x%A9, in/\uFFFDx\uFFFD",
        "in/%C3, in/\uFFFD",
        // A surrogate in bytes, as some programs write a pair.
        "in/%ED%A0%80, in/\uFFFD",
        // Not escaped: what could not be decoded when the reply was read.
        "in/\uFFFD, in/\uFFFD",
        "in/\uFFFD%20b, in/\uFFFD b",
    })
    void whatIsNoUtf8IsToldFromEveryName(String encoded, String shown) {
        String key = ListedKeys.decoded(encoded);
        assertThat(key).isNotEqualTo(shown);
        assertThat(ListedKeys.shown(key)).isEqualTo(shown);
        assertThat(SdkHttpUtils.urlDecode(ListedKeys.marked(encoded))).isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%zz", "%F", "%", "%FF%", "%FF%zz"})
    void whatIsNotEncodedSoIsRefused(String encoded) {
        assertThatThrownBy(() -> ListedKeys.decoded(encoded)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void markedTwiceIsMarkedOnce() {
        String once = ListedKeys.marked("a%FFb\uFFFD%20");
        assertThat(ListedKeys.marked(once)).isEqualTo(once);
    }
}
