package dev.littoral.activities.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.storage.BlobStore;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListObjectsParserTest {
    private static final String NAME = "<Name>lake</Name>";
    private static final String LAST = NAME + "<KeyCount>1</KeyCount><IsTruncated>false</IsTruncated>";

    private static String page(String content) {
        return "<ListBucketResult>" + content + "</ListBucketResult>";
    }

    private static String object(String key) {
        return "<Contents><Key>" + key + "</Key><ETag>&#34;e&#34;</ETag><Size>5</Size></Contents>";
    }

    private static Optional<ListPage> read(String xml) {
        return ListObjectsParser.read(xml.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aPageAsStoresWriteItIsRead() {
        String xml = """
                <?xml version="1.0" encoding="UTF-8"?>
                <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
                  <Name>lake</Name><Prefix/><Delimiter>/</Delimiter><MaxKeys>2</MaxKeys><EncodingType>url</EncodingType>
                  <KeyCount>3</KeyCount><IsTruncated>true</IsTruncated>
                  <NextContinuationToken>a+/&amp;=</NextContinuationToken>
                  <Contents><Key>a%2Bb+c%C3%A9</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>
                    <ETag>&quot;0a-2&quot;</ETag><ChecksumAlgorithm>CRC32</ChecksumAlgorithm><Size>12345678901</Size>
                    <Owner><ID>1</ID><DisplayName a='>'/></Owner><StorageClass>STANDARD</StorageClass></Contents>
                  <Contents><Size>0</Size><ETag>&#34;e&#x22;</ETag><Key>d</Key></Contents>
                  <CommonPrefixes><Prefix>e/</Prefix></CommonPrefixes>
                </ListBucketResult>
                """;
        ListPage page = read(xml).orElseThrow();
        assertThat(page.objects())
                .containsExactly(
                        new ListPage.Listed("a+b c\u00e9", "\"0a-2\"", 12_345_678_901L, 1_767_225_600_000L),
                        new ListPage.Listed("d", "\"e\"", 0, BlobStore.Entry.UNKNOWN));
        assertThat(page.prefixes()).containsExactly("e/");
        assertThat(page.next()).isEqualTo("a+/&=");
        assertThat(page.exact()).isTrue();
        // Whatever is cut off: no page that is not whole is one.
        byte[] bytes = xml.strip().getBytes(StandardCharsets.UTF_8);
        for (int end = 0; end < bytes.length; end++) {
            assertThat(ListObjectsParser.read(Arrays.copyOf(bytes, end)))
                    .as("%d bytes", end)
                    .isEmpty();
        }
    }

    @Test
    void keysThatAreNotEncodedStayAsTheyAre() {
        ListPage page = read(page(LAST + object("a%20b+c&lt;&#233;\u00e9&#x1F600;&#xD83D;&#xDE00;")))
                .orElseThrow();
        assertThat(page.objects())
                .extracting(ListPage.Listed::key)
                .containsExactly("a%20b+c<\u00e9\u00e9\uD83D\uDE00\uD83D\uDE00");
        assertThat(page.exact()).isFalse();
        assertThat(page.next()).isNull();
    }

    @Test
    void anEncodedKeyThatIsNotUtf8IsNoOtherKey() {
        ListPage page = read(page(LAST + "<EncodingType>url</EncodingType>" + object("a%FF") + object("a%EF%BF%BD")
                        + object("a\uFFFD") + "<CommonPrefixes><Prefix>b%FF/</Prefix></CommonPrefixes>"))
                .orElseThrow();
        assertThat(page.objects()).extracting(ListPage.Listed::key).containsExactly("a\uDFFF", "a\uFFFD", "a\uDFFF");
        assertThat(page.prefixes()).containsExactly("b\uDFFF/");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-30T14:08:59.123Z",
                "1999-12-31T23:59:59.999Z",
                "2000-02-29T00:00:00.001Z",
                "0000-01-01T01:02:03.040Z",
                // As other stores write it.
                "2026-11-30T14:08:59Z",
                "2026-11-30T14:08:59.123456Z",
                "2026-11-30T14:08:59.12Z",
            })
    void aTimeIsReadFromItsDigits(String time) {
        assertThat(modified("<LastModified>" + time + "</LastModified>"))
                .isEqualTo(Instant.parse(time).toEpochMilli());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<LastModified/>",
                "<LastModified></LastModified>",
                "<LastModified>yesterday</LastModified>",
                "<LastModified>2026-11-30T14:08:59.123x</LastModified>",
                "<LastModified>2026-11-30T14:08:5:.123Z</LastModified>",
                "<LastModified>2026-11-30T14:08:5/.123Z</LastModified>",
                "<LastModified>+999999999-01-01T00:00:00Z</LastModified>",
            })
    void aTimeThatIsNoneIsUnknown(String element) {
        assertThat(modified(element)).isEqualTo(BlobStore.Entry.UNKNOWN);
    }

    private static long modified(String element) {
        return read(page(LAST + "<Contents>" + element + "<Key>a</Key><ETag>e</ETag><Size>1</Size></Contents>"))
                .orElseThrow()
                .objects()
                .getFirst()
                .modified();
    }

    @Test
    void whatIsSkippedIsAtMostEightElementsDeep() {
        assertThat(read(page(LAST + "<x>".repeat(8) + "<y/>" + "</x>".repeat(8))))
                .isPresent();
        assertThat(read(page(LAST + "<x>".repeat(9) + "</x>".repeat(9)))).isEmpty();
        assertThat(read(page(LAST + "<Contents>" + "<x>".repeat(9) + "</x>".repeat(9) + "</Contents>")))
                .isEmpty();
    }

    @Test
    void spaceIsLetBeBetweenElementsAndInTags() {
        ListPage page = read("\r\n\t <ListBucketResult\n>" + LAST + "<Contents ><Key >a</Key\t><ETag\n>e</ETag >"
                        + "<Size >1</Size\r\n></Contents ><CommonPrefixes> <Prefix>b/</Prefix><x>t</x></CommonPrefixes>"
                        + "</ListBucketResult >\r\n\t ")
                .orElseThrow();
        assertThat(page.objects()).containsExactly(new ListPage.Listed("a", "e", 1, BlobStore.Entry.UNKNOWN));
        assertThat(page.prefixes()).containsExactly("b/");
    }

    @Test
    void anElementsNameIsMadeOfLettersAndDigits() {
        assertThat(read(page(LAST + "<A0Z/><a9z>t</a9z>"))).isPresent();
    }

    @Test
    void noEncodingIsReadFromWhatFollowsTheDeclaration() {
        assertThat(read(" ".repeat(40) + "<?xml version='1.0'?><ListBucketResult a='encoding'>" + LAST
                        + "</ListBucketResult>"))
                .isPresent();
    }

    @Test
    void whatThePageSaysOfItselfIsRead() {
        assertThat(read(page(LAST)).orElseThrow().prefix()).isNull();
        assertThat(read(page(LAST + "<Prefix/>")).orElseThrow().prefix()).isEmpty();
        assertThat(read(page(LAST + "<Prefix>in/&apos;</Prefix>")).orElseThrow().prefix())
                .isEqualTo("in/'");
        ListPage encoded = read(page(LAST + "<EncodingType>url</EncodingType>" + object("a+b")
                        + "<CommonPrefixes><Prefix>c%20d/</Prefix></CommonPrefixes>"))
                .orElseThrow();
        assertThat(encoded.objects().getFirst().key()).isEqualTo("a b");
        assertThat(encoded.prefixes()).containsExactly("c d/");
        assertThat(read(page(LAST + "<NextContinuationToken/>")).orElseThrow().next())
                .isNull();
        // It contradicts itself.
        assertThat(read(page(LAST + "<NextContinuationToken>t</NextContinuationToken>")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "hello",
                "<Error><Code>SlowDown</Code></Error>",
                "<ListBucketResult/>",
                "<ListBucketResult></ListBucketResult>",
                "<ListBucketResult>" + LAST + "</ListBucketResult>x",
                "<ListBucketResult>" + LAST + "</ListBucketResult><more/>",
                "<ListBucketResult>text" + LAST + "</ListBucketResult>",
                "<ListBucketResult><!-- -->" + LAST + "</ListBucketResult>",
                "<ListBucketResult>" + LAST
                        + "<Contents><Key><![CDATA[a]]></Key><ETag>e</ETag><Size>1</Size></Contents>"
                        + "</ListBucketResult>",
                "<!DOCTYPE a><ListBucketResult>" + LAST + "</ListBucketResult>",
                "<s:ListBucketResult>" + LAST + "</s:ListBucketResult>",
                "<?xml version='1.0' encoding='UTF-16'?><ListBucketResult>" + LAST + "</ListBucketResult>",
                "<?xml version='1.0' encoding = 'UTF-16'?><ListBucketResult>" + LAST + "</ListBucketResult>",
                "<ListBucketResult><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>",
                "<ListBucketResult>" + NAME + "<KeyCount>0</KeyCount></ListBucketResult>",
                "<ListBucketResult>" + NAME
                        + "<KeyCount>0</KeyCount><IsTruncated>true</IsTruncated></ListBucketResult>",
                "<ListBucketResult>" + NAME + "<KeyCount>0</KeyCount><IsTruncated>no</IsTruncated></ListBucketResult>",
                "<ListBucketResult>" + LAST + "<Contents/></ListBucketResult>",
                "<ListBucketResult>" + LAST + "<Contents><Key>a</Key><ETag>e</ETag></Contents></ListBucketResult>",
                "<ListBucketResult>" + LAST + "<Contents><Key>a</Key><Size>1</Size></Contents></ListBucketResult>",
                "<ListBucketResult>" + LAST + "<Contents><ETag>e</ETag><Size>1</Size></Contents></ListBucketResult>",
                "<ListBucketResult>" + LAST
                        + "<Contents><Key>a</Key><ETag>e</ETag><Size>x</Size></Contents></ListBucketResult>",
                "<ListBucketResult>" + LAST
                        + "<Contents><Key>&what;</Key><ETag>e</ETag><Size>1</Size></Contents></ListBucketResult>",
                "<ListBucketResult>" + LAST
                        + "<Contents><Key>a & b</Key><ETag>e</ETag><Size>1</Size></Contents></ListBucketResult>",
                "<ListBucketResult>" + LAST
                        + "<Contents><Key>a</Kez><ETag>e</ETag><Size>1</Size></Contents></ListBucketResult>",
                "<ListBucketResult>" + LAST + "<EncodingType>url</EncodingType>"
                        + "<Contents><Key>%zz</Key><ETag>e</ETag><Size>1</Size></Contents></ListBucketResult>",
                "<ListBucketResult>" + LAST + "<CommonPrefixes></CommonPrefixes></ListBucketResult>",
                "<ListBucketResult>" + LAST + "<CommonPrefixes/></ListBucketResult>",
                "<ListBucketResult>" + LAST + "<Key<a/></ListBucketResult>",
                "<ListBucketResult>" + LAST + "<></></ListBucketResult>",
                "<ListBucketResult>" + LAST + "<a-b/></ListBucketResult>",
                "<ListBucketResult>" + LAST + "<Contents><LastModified>2026-13-01T00:00:00.000Z</LastModified>"
                        + "<Key>a</Key><ETag>e</ETag><Size>1</Size></Contents></ListBucketResult>",
                "<ListBucketResult>" + LAST + "<Contents><LastModified>2026-01-01T00:00:00.000Z<b/></LastModified>"
                        + "<Key>a</Key><ETag>e</ETag><Size>1</Size></Contents></ListBucketResult>",
                "<ListBucketResult>" + LAST + "<Contents><LastModified>2026-01-01T00:00:00.000Zx</LastModified>"
                        + "<Key>a</Key><ETag>e</ETag><Size>1</Size></Contents></ListBucketResult><",
                "<ListBucketResult>" + LAST
                        + "<Contents><Key>a</Key><ETag>\"\"</ETag><Size>1</Size></Contents></ListBucketResult>",
                "<?xml-x version='1.0'?><ListBucketResult>" + LAST + "</ListBucketResult>",
                // Each lacks one sign, or has another in its place.
                "<ListBucketResulT>" + LAST + "</ListBucketResult>",
                "<ListBucketResult/>" + LAST + "</ListBucketResult>",
                "<ListBucketResult>" + LAST + "xContents><Key>a</Key><ETag>e</ETag><Size>1</Size></Contents>"
                        + "</ListBucketResult>",
                "<ListBucketResult>" + LAST + "<Contents/><Key>a</Key><ETag>e</ETag><Size>1</Size></Contents>"
                        + "</ListBucketResult>",
                "<ListBucketResult>" + LAST + "<CommonPrefixes/><Prefix>b/</Prefix></CommonPrefixes>"
                        + "</ListBucketResult>",
                "<ListBucketResult>" + LAST + "<x <y></x></ListBucketResult>",
                "<ListBucketResult>" + LAST + "<Contents><Key>a</Keyx<ETag>e</ETag><Size>1</Size></Contents>"
                        + "</ListBucketResult>",
                "<ListBucketResult>" + LAST + "<Contents><Key>a<xKey><ETag>e</ETag><Size>1</Size></Contents>"
                        + "</ListBucketResult>",
                "<ListBucketResult>" + LAST + "<Contents><LastModified>2026-01-01T00:00:00.000Z<xLastModified>"
                        + "<Key>a</Key><ETag>e</ETag><Size>1</Size></Contents></ListBucketResult>",
                "<ListBucketResult>" + LAST + "<Contents><LastModified>2026-01-01T00:00:00.000Zx/LastModified>"
                        + "<Key>a</Key><ETag>e</ETag><Size>1</Size></Contents></ListBucketResult>",
                // No characters.
                "<ListBucketResult>" + LAST + "<Contents><Key>&041;</Key><ETag>e</ETag><Size>1</Size></Contents>"
                        + "</ListBucketResult>",
                "<ListBucketResult>" + LAST + "<Contents><Key>&#xD800;b</Key><ETag>e</ETag><Size>1</Size></Contents>"
                        + "</ListBucketResult>",
                "<ListBucketResult>" + LAST + "<Contents><Key>a&#xDFFF;</Key><ETag>e</ETag><Size>1</Size></Contents>"
                        + "</ListBucketResult>",
            })
    void anythingElseIsNotRead(String xml) {
        assertThat(read(xml)).isEmpty();
    }

    @Test
    void noInputMakesItFailInAnotherWay() {
        Random random = new Random(5);
        byte[] good = page(LAST + object("a") + object("b&amp;")).getBytes(StandardCharsets.UTF_8);
        byte[] signs = "<>/&;?!'\" a\u0000".getBytes(StandardCharsets.UTF_8);
        for (int round = 0; round < 100_000; round++) {
            byte[] bytes = good.clone();
            for (int i = 0; i <= round % 3; i++) {
                bytes[random.nextInt(bytes.length)] = signs[random.nextInt(signs.length)];
            }
            Optional<ListPage> page = ListObjectsParser.read(bytes);
            assertThat(page.map(ListPage::next)).isEmpty();
        }
    }
}
