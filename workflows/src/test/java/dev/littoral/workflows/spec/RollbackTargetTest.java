package dev.littoral.workflows.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.VersionRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RollbackTargetTest {
    private static RollbackTarget parse(String json) throws JsonProcessingException {
        return RollbackTarget.parse(new VersionRequest(Json.JSON.readTree(json)));
    }

    @Test
    void aMessageNamesAVersionAndWhy() throws JsonProcessingException {
        assertThat(parse("{\"version\":3}")).isEqualTo(new RollbackTarget(3, null));
        assertThat(parse("{\"version\":3,\"reason\":\"ein böser Abzug: alles weg\"}"))
                .isEqualTo(new RollbackTarget(3, "ein böser Abzug: alles weg"));
        assertThat(RollbackTarget.parse(VersionRequest.of(3, "x"))).isEqualTo(new RollbackTarget(3, "x"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "null | rollback is missing; expected an object like",
                "3 | rollback is a number; expected an object with the keys reason, version",
                "{} | rollback.version is missing; expected a version's number",
                "{\"version\":null} | rollback.version is missing",
                "{\"version\":0} | rollback.version is 0; expected a version's number from 1 to 9999999998",
                "{\"version\":-1} | rollback.version is -1; expected",
                "{\"version\":9999999999} | rollback.version is 9999999999; expected",
                "{\"version\":1.5} | rollback.version is 1.5; expected",
                "{\"version\":\"3\"} | rollback.version is \"3\"; expected",
                "{\"version\":3,\"why\":\"x\"} | rollback has the unknown key \"why\"; expected reason, version",
                "{\"version\":3,\"reason\":7} | rollback.reason is a number; expected a text",
                "{\"version\":3,\"reason\":\" \"} | rollback.reason is \" \"; expected words on one line",
                "{\"version\":3,\"reason\":\"a\\nb\"} | expected words on one line",
                "{\"version\":3,\"reason\":\"a\\u202eb\"} | expected words on one line",
                "{\"version\":3,\"reason\":\"\\ud800\"} | rollback.reason holds half a Unicode character",
                "{\"version\":3,\"reason\":\"AKIAIOSFODNN7EXAMPLE\"} | rollback.reason holds what looks like a",
                "{\"version\":3,\"reason\":\"key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\"} | looks like a credential"
            })
    void whatIsNotRightIsRefusedInASentence(String json, String sentence) {
        assertThatThrownBy(() -> parse(json))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void aReasonHasABound() throws JsonProcessingException {
        parse("{\"version\":3,\"reason\":\"" + "x ".repeat(100) + "\"}");
        assertThatThrownBy(() -> parse("{\"version\":3,\"reason\":\"" + "x ".repeat(101) + "\"}"))
                .hasMessage("rollback.reason has 202 characters; expected at most 200");
    }

    @Test
    void theLogAndTheStatusSayIt() {
        assertThat(new RollbackTarget(3, null).sentence()).isEqualTo("rolled back to version 3");
        assertThat(new RollbackTarget(3, "a: b").sentence()).isEqualTo("rolled back to version 3: a: b");
        assertThat(RollbackTarget.paused("rolled back to version 3"))
                .isEqualTo("rolled back to version 3, refreshing is paused until resume");
        assertThat(RollbackTarget.paused("rolled back to version 3: a: b"))
                .isEqualTo("rolled back to version 3, refreshing is paused until resume: a: b");
    }
}
