package dev.littoral.activities.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the SDK gets to read of a store's error. */
class ErrorBodyTest {
    private static String withCodeOf(String body) {
        return new String(ErrorBody.withCodeOf(body.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }

    private static String document(String code) {
        return "<Error><Code>" + code + "</Code></Error>";
    }

    @ParameterizedTest
    @CsvSource({
        "<Error><Code>SlowDown</Code></Error>",
        "<Error><Code> SlowDown </Code><Message>hush</Message></Error>",
        "<?xml version='1.0'?><Error><Message>hush</Message><Code><![CDATA[SlowDown]]></Code></Error>",
        "<e:Other xmlns:e='x'><e:Code>SlowDown</e:Code></e:Other>",
        "<Error><Details><Code>Other</Code></Details><Code>SlowDown</Code></Error>",
        "<Error><Empty/><Code>SlowDown</Code></Error>",
    })
    void onlyTheCodeIsLeft(String body) {
        assertThat(withCodeOf(body)).isEqualTo(document("SlowDown"));
    }

    @ParameterizedTest
    @CsvSource({
        "hello, NO_XML",
        "<a/>hello, NO_XML",
        "'', NO_WHOLE_XML",
        "<Error><Code>SlowDown</Code>, NO_WHOLE_XML",
        "<Error><Code>SlowDown</Kode></Error>, NO_WHOLE_XML",
        "<Error><Code><b>SlowDown</b></Code></Error>, NO_WHOLE_XML",
        "<Error/>, NO_CODE",
        "<Code>SlowDown</Code>, NO_CODE",
        "<Error><Details><Code>SlowDown</Code></Details></Error>, NO_CODE",
        "<Error><Code>a code</Code></Error>, UNKNOWN",
        "<Error><Code/></Error>, UNKNOWN",
        "<Error><Code>SlowDown</Code><Code>SlowDown</Code></Error>, SEVERAL",
        "<html><body>hush</body></html>, PAGE",
        "' <!DOCTYPE HTML><HTML lang=x>', PAGE",
        "<htmlx/>, NO_CODE",
    })
    void whatNamesNoCodeIsDescribed(String body, ErrorBody.Lack lack) {
        assertThat(withCodeOf(body)).isEqualTo(document("(" + lack + ")"));
    }

    @ParameterizedTest
    @EnumSource
    void aDescriptionIsRecognized(ErrorBody.Lack lack) {
        assertThat(new String(ErrorBody.with(lack), StandardCharsets.UTF_8)).isEqualTo(document("(" + lack + ")"));
        assertThat(ErrorBody.Lack.of("(" + lack + ")")).contains(lack);
        assertThat(S3Failures.isCode("(" + lack + ")")).isFalse();
        assertThat(lack.words())
                .startsWith(lack == ErrorBody.Lack.CUT_OFF || lack == ErrorBody.Lack.NO_LENGTH ? ", and " : " with ");
    }

    @Test
    void aCodeIsNoDescription() {
        assertThat(ErrorBody.Lack.of("PAGE")).isEqualTo(Optional.empty());
        assertThat(ErrorBody.Lack.of("")).isEqualTo(Optional.empty());
    }
}
