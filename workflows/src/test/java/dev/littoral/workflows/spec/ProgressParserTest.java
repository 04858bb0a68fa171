package dev.littoral.workflows.spec;

import static dev.littoral.workflows.spec.Sent.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.ProgressSignal;
import dev.littoral.workflows.model.RetryInfo;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressParserTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "7",
                "{'update':'x'}",
                "{'step':'\\ud800'}",
                "{'update':1,'step':'read','worker':'w','done':-1}",
                "{'update':1,'step':'read','worker':'w','done':9223372036854775807}",
                "{'trouble':{'step':'list','cause':'c','attempt':1}}",
                "{'trouble':{'step':'list','cause':null,'attempt':1,'time':'2026-01-01T00:00:00Z'}}",
                "{'trouble':{'step':'list','cause':'c','attempt':1,'time':'+1000000000-12-31T23:59:59Z'}}",
                "{'trouble':{'step':'list','cause':'c','attempt':1,'time':31556889864403199}}",
                "{'trouble':{'step':'list','cause':'c','time':'2026-01-01T00:00:00Z',"
                        + "'nextTry':'-100000000-01-01T00:00:00Z'}}"
            })
    void newsThatCannotBeShownAreRefused(String json) throws JsonProcessingException {
        ProgressSignal report = new ProgressSignal(Json.JSON.readTree(json.replace('\'', '"')));
        assertThatThrownBy(() -> ProgressParser.parse(report))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("news is not what a worker sends; expected none from anybody else");
    }

    @Test
    void newsAreTakenUpToTheirBounds() {
        RetryInfo retry = new RetryInfo(
                "s".repeat(1_024), "c".repeat(1 << 14), 1, Instant.EPOCH, Instant.parse("9999-12-30T23:59:59.999Z"));
        ProgressSignal.Report most =
                new ProgressSignal.Report(1, "s".repeat(1_024), "w".repeat(1_024), 1L << 50, 0, retry);
        assertThat(ProgressSignal.of(most).json().has("trouble"))
                .as("the name on the wire")
                .isTrue();
        assertThat(ProgressParser.parse(ProgressSignal.of(most))).isEqualTo(most);
        for (ProgressSignal.Report beyond : List.of(
                new ProgressSignal.Report(1, "s".repeat(1_025), "w", 0, 0, null),
                new ProgressSignal.Report(1, "s", "w".repeat(1_025), 0, 0, null),
                new ProgressSignal.Report(1, "s", "w", (1L << 50) + 1, 0, null),
                new ProgressSignal.Report(1, "s", "w", 0, -1, null),
                new ProgressSignal.Report(
                        1, "s", "w", 0, 0, new RetryInfo("s".repeat(1_025), "c", 1, Instant.EPOCH, null)),
                new ProgressSignal.Report(
                        1, "s", "w", 0, 0, new RetryInfo("s", "c".repeat((1 << 14) + 1), 1, Instant.EPOCH, null)),
                new ProgressSignal.Report(
                        1, "s", "w", 0, 0, new RetryInfo("s", "c", 1, Instant.EPOCH.minusNanos(1), null)),
                new ProgressSignal.Report(
                        1, "s", "w", 0, 0, new RetryInfo("s", "c", 1, Instant.parse("9999-12-31T00:00:00Z"), null)))) {
            assertThat(refusal(() -> ProgressParser.parse(ProgressSignal.of(beyond))))
                    .startsWith("news is not");
        }
    }
}
