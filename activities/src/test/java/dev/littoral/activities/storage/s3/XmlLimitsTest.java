package dev.littoral.activities.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which documents a parser may be let at. */
class XmlLimitsTest {
    private static boolean isWhole(String xml) {
        return XmlLimits.isWhole(xml.getBytes(StandardCharsets.UTF_8));
    }

    private static void refused(String xml, String said) {
        assertThatThrownBy(() -> isWhole(xml))
                .isInstanceOf(UnexpectedReplyException.class)
                .hasMessageStartingWith("the store's reply ")
                .hasMessageContaining(said)
                .hasMessageEndingWith("; expected a reply as S3 gives it");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<a/>",
                "<a></a>",
                " \t\r\n<a>text</a> \t\r\n",
                "\uFEFF<a/>",
                "<a><b>1</b><b/><b>2</b></a>",
                "<a b='>' c=\">'/>\"/>",
                "<a b='\"'>'\"</a>",
                "<?xml version='1.0'?><a/>",
                "<?xml version='1.0' encoding='UTF-8'?><a/>",
                "<?xml version='1.0' encoding = \"us-ascii\"?><a/>",
                "<?xml version='1.0' encoding='Iso-8859-1'?><a/>",
                "<a><!-- </a> --></a>",
                "<!----><a/><!-- - -- -->",
                "<a><![CDATA[</a>]]]></a>",
                "<a><?b </a> ?></a>"
            })
    void aWholeDocumentIsWhole(String xml) {
        assertThat(isWhole(xml)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "\uFEFF",
                "<",
                "<a",
                "<a b='/>",
                "<a b='>'",
                "<a>",
                "<a>text",
                "<a><b/>",
                "<a></a",
                "<?xml version='1.0' encoding='utf-8'?>",
                "<?xml version='1.0' encoding='IBM037'",
                "<!-- -->",
                "<a><!-- --",
                "<a><!",
                "<a><!-",
                "<a><![CDATA",
                "<a><![CDATA[</a>]]",
                "<a/><",
                "<a/><b",
                "<a/><?b",
                "<a/><!-- --",
                "<a/><!DOCTYP",
                "<a/><![CDATA[",
            })
    void oneThatBreaksOffIsNot(String xml) {
        assertThat(isWhole(xml)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "hello, no XML",
        "x<a/>, no XML",
        "<a/>x, no XML",
        "</a>, closes what it did not open",
        "<a></a></a>, closes what it did not open",
        "<!DOCTYPE html><html/>, document type",
        "<a/><!DOCTYPE, document type",
        "<a><!ENTITY></a>, document type",
        "<?xml encoding='IBM037'?><a/>, another encoding",
        "<?xml encoding=\"utf-16\"?><a/>, another encoding",
        "<?xml encoding='utf-8x'?><a/>, another encoding"
    })
    void whatNoStoreWritesIsRefused(String xml, String said) {
        refused(xml, said);
    }

    @Test
    void elementsLieAtMostSixteenDeep() {
        assertThat(isWhole("<a>".repeat(16) + "<b/>" + "</a>".repeat(16))).isTrue();
        refused("<a>".repeat(17), "more than 16 deep");
        assertThat(isWhole("<a>" + "<b></b>".repeat(100) + "</a>")).isTrue();
    }

    @Test
    void thereAreAtMostTwoHundredThousandElements() {
        assertThat(isWhole("<a>" + "<b/>".repeat(199_999) + "</a>")).isTrue();
        refused("<a>" + "<b/>".repeat(200_000) + "</a>", "more than 200000 elements");
    }

    @Test
    void eachNameValueTagAndCommentIsBounded() {
        int most = 16 << 10;
        assertThat(isWhole("<a>" + "b".repeat(most) + "</a>")).isTrue();
        refused("<a>" + "b".repeat(most + 1) + "</a>", "a name or value of more than 16 KB");
        assertThat(isWhole("<" + "a".repeat(most - 1) + "/>")).isTrue();
        refused("<" + "a".repeat(most) + "/>", "a tag of more than 16 KB");
        assertThat(isWhole("<!--" + "c".repeat(most - 4) + "--><a/>")).isTrue();
        refused("<!--" + "c".repeat(most - 2) + "--><a/>", "a comment or section of more than 16 KB");
        refused("<a>" + "b".repeat(most + 1), "a name or value of more than 16 KB");
    }
}
