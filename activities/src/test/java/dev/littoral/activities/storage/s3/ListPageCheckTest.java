package dev.littoral.activities.storage.s3;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;

/** Which pages answer what was asked. */
class ListPageCheckTest {
    private static ListPageCheck asked(String prefix, String delimiter) {
        return new ListPageCheck(ListObjectsV2Request.builder()
                .bucket("lake")
                .prefix(prefix)
                .delimiter(delimiter)
                .build());
    }

    private static ListPageCheck asked() {
        return asked("in/", null);
    }

    private static ListPage pageOf(String prefix, String next, ListPage.Listed... objects) {
        return new ListPage(prefix, List.of(objects), List.of(), next, true);
    }

    private static ListPage page(ListPage.Listed... objects) {
        return pageOf("in/", null, objects);
    }

    private static ListPage.Listed object(String key, String etag, long bytes) {
        return new ListPage.Listed(key, etag, bytes, 0);
    }

    private static void taken(ListPageCheck asked, ListPage page) {
        assertThatCode(() -> asked.check(page)).doesNotThrowAnyException();
    }

    private static void refused(ListPageCheck asked, ListPage page, String said) {
        assertThatThrownBy(() -> asked.check(page))
                .isInstanceOf(UnexpectedReplyException.class)
                .hasMessageStartingWith("the store lists ")
                .hasMessageContaining("; expected ")
                .hasMessageContaining(said);
    }

    @Test
    void keysBeginWithThePrefix() {
        taken(asked(), page(object("in/", "e", 0), object("in/a", "e", 1)));
        taken(asked(null, null), pageOf(null, null, object("a", "e", 1)));
        refused(asked(), page(object("in/a", "e", 1), object("out/a", "e", 1)), "key 'out/a'");
        refused(asked(), page(object("in", "e", 1)), "key 'in'");
        refused(asked(null, null), pageOf(null, null, object("", "e", 1)), "key ''");
    }

    @Test
    void aKeyHasAtMost1024Characters() {
        taken(asked(), page(object("in/" + "k".repeat(1_021), "e", 1)));
        refused(asked(), page(object("in/" + "k".repeat(1_022), "e", 1)), "a key of 1025 characters");
    }

    @Test
    void aSizeIsNotNegative() {
        taken(asked(), page(object("in/a", "e", 0)));
        refused(asked(), page(object("in/a", "e", -1)), "a size of -1 bytes for 'in/a'");
    }

    @Test
    void anETagIsOneThatAHeaderMayBear() {
        taken(asked(), page(object("in/a", null, 1)));
        taken(asked(), page(object("in/a", "!~", 1), object("in/b", "e".repeat(256), 1)));
        refused(asked(), page(object("in/a", "e".repeat(257), 1)), "an ETag of 257 characters");
        for (String etag : new String[] {"", " ", "e e", "e\r\n", "\u007F", "é", "e\u0000"}) {
            refused(asked(), page(object("in/a", etag, 1)), "an ETag of " + etag.length());
        }
    }

    @Test
    void commonPrefixesAreThoseOfTheDelimiter() {
        ListPage folders = new ListPage("in/", List.of(), List.of("in/a/", "in/b/"), null, true);
        taken(asked("in/", "/"), folders);
        refused(asked(), folders, "common prefix 'in/a/'; expected none");
        refused(
                asked("in/", "/"),
                new ListPage("in/", List.of(), List.of("in/a"), null, true),
                "common prefix 'in/a'; expected one that ends in /");
        refused(
                asked("in/", "/"),
                new ListPage("in/", List.of(), List.of("out/a/"), null, true),
                "common prefix 'out/a/'");
    }

    @Test
    void aTokenFitsIntoAnAddress() {
        taken(asked(), pageOf("in/", "t".repeat(8_192)));
        refused(asked(), pageOf("in/", "t".repeat(8_193)), "a continuation token of 8193 characters");
    }

    @ParameterizedTest
    @CsvSource({"a b/, a b/", "a b/, a+b/", "a b/, a%20b/", "a%20b/, a b/", "a%/, a%/", "in/,", "in/, ''"})
    void thePrefixMayBeSaidAgainEncodedOrNot(String asked, String said) {
        taken(asked(asked, null), pageOf(said, null));
    }

    @ParameterizedTest
    @CsvSource({"in/, out/", "in/, in", "'', in/", "in/, %", "'', %"})
    void anotherPrefixIsRefused(String asked, String said) {
        refused(asked(asked, null), pageOf(said, null), "prefix '" + said + "'");
    }
}
