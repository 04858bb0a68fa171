package dev.littoral.workflows.spec;

import static dev.littoral.workflows.spec.Sent.refusal;
import static dev.littoral.workflows.spec.Sent.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsParserTest {
    @Test
    void nothingSentIsAnEmptyInput() {
        CollectionStart empty = new CollectionStart(null, CollectionOptions.DEFAULTS);

        assertThat(CollectionStart.parse(null)).isEqualTo(empty);
        assertThat(CollectionStart.parse(new CollectionInput(null))).isEqualTo(empty);
        assertThat(start("null")).isEqualTo(empty);
        assertThat(start("{}")).isEqualTo(empty);
        assertThat(start("{'source':null,'options':null}")).isEqualTo(empty);
        assertThat(start("{'options':{}}")).isEqualTo(empty);
        assertThat(start("{'options':{'targetRowsPerSegment':null,'refreshEvery':null,'allowEmpty':null,"
                        + "'maxDropShare':null,'keepVersionsFor':null}}"))
                .isEqualTo(empty);
    }

    @Test
    void everyOptionIsReadUpToItsBounds() {
        assertThat(options("'targetRowsPerSegment':1,'refreshEvery':'PT1S','allowEmpty':true,'maxDropShare':0.001,"
                        + "'keepVersionsFor':'P2D'"))
                .isEqualTo(new CollectionOptions(1, Duration.ofSeconds(1), true, 0.001, Duration.ofDays(2), null));
        assertThat(options("'targetRowsPerSegment':1099511627776,'refreshEvery':'P365D','allowEmpty':false,"
                        + "'maxDropShare':1,'keepVersionsFor':'P3650D'"))
                .isEqualTo(
                        new CollectionOptions(1L << 40, Duration.ofDays(365), false, 1, Duration.ofDays(3_650), null));
        assertThat(options("'forgetConsumersAfter':'PT0S'").forgetConsumersAfter())
                .isEqualTo(Duration.ZERO);
        assertThat(options("'forgetConsumersAfter':'PT1H'").forgetConsumersAfter())
                .isEqualTo(Duration.ofHours(1));
        assertThat(options("'maxStaleness':'PT10S','refreshEvery':'PT10S'").maxStaleness())
                .isEqualTo(Duration.ofSeconds(10));
        assertThat(options("'maxStaleness':'P365D'").maxStaleness()).isEqualTo(Duration.ofDays(365));
        assertThat(options("'refreshEvery':'PT10M'").maxStaleness()).isNull();
        assertThat(options("'notify':['indexer','alerts','indexer']").sinks()).containsExactly("alerts", "indexer");
        assertThat(options("'notify':[]").sinks()).isNull();
        assertThat(options("'refreshEvery':'PT10M'").refreshEvery()).isEqualTo(Duration.ofMinutes(10));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[] | input is a list; expected an object with the keys options, source",
                "'x' | input is a text",
                "{'sources':{}} | input has the unknown key \"sources\"; expected options, source",
                "{'source':'s3://lake/'} | source is a text",
                "{'options':[]} | options is a list",
                "{'options':{'notify':'indexer'}} | options.notify is a text; expected a list",
                "{'options':{'notify':[1]}} | options.notify[] is a number; expected a text",
                "{'options':{'notify':['https://x']}} | options.notify[] is \"https://x\"; expected a sink's name",
                "{'options':{'notify':['a','b','c','d','e','f','g','h','i','j','k']}} | options.notify has 11 sinks",
                "{'options':{'refreshevery':'PT1M'}} | options has the unknown key \"refreshevery\"",
                "{'options':{'targetRowsPerSegment':0}} | options.targetRowsPerSegment is 0; expected a whole number",
                "{'options':{'targetRowsPerSegment':-1}} | options.targetRowsPerSegment is -1",
                "{'options':{'targetRowsPerSegment':1.5}} | options.targetRowsPerSegment is 1.5",
                "{'options':{'targetRowsPerSegment':1099511627777}} | options.targetRowsPerSegment is 1099511627777",
                "{'options':{'targetRowsPerSegment':99999999999999999999}} | options.targetRowsPerSegment "
                        + "is 99999999999999999999",
                "{'options':{'targetRowsPerSegment':'10'}} | options.targetRowsPerSegment is \"10\"",
                "{'options':{'targetRowsPerSegment':[10]}} | options.targetRowsPerSegment is a list",
                "{'options':{'refreshEvery':600}} | options.refreshEvery is 600; expected an ISO-8601 duration",
                "{'options':{'refreshEvery':'10m'}} | options.refreshEvery is \"10m\"; expected an ISO-8601 duration",
                "{'options':{'refreshEvery':''}} | options.refreshEvery is \"\"",
                "{'options':{'refreshEvery':'PT0S'}} | options.refreshEvery is \"PT0S\"",
                "{'options':{'refreshEvery':'PT0.999S'}} | options.refreshEvery is \"PT0.999S\"",
                "{'options':{'refreshEvery':'-PT1M'}} | options.refreshEvery is \"-PT1M\"",
                "{'options':{'refreshEvery':'P366D'}} | options.refreshEvery is \"P366D\"",
                "{'options':{'refreshEvery':'P1M'}} | options.refreshEvery is \"P1M\"",
                "{'options':{'refreshEvery':'PT99999999999999999999H'}} | options.refreshEvery is "
                        + "\"PT99999999999999999999H\"",
                "{'options':{'maxStaleness':'PT9S'}} | options.maxStaleness is \"PT9S\"; expected an ISO-8601 "
                        + "duration from PT10S to PT8760H",
                "{'options':{'maxStaleness':'P366D'}} | options.maxStaleness is \"P366D\"",
                "{'options':{'maxStaleness':60}} | options.maxStaleness is 60",
                "{'options':{'maxStaleness':'PT1H','refreshEvery':'PT61M'}} | options.refreshEvery is PT1H1M; "
                        + "expected at most options.maxStaleness, PT1H",
                "{'options':{'keepVersionsFor':'P1D'}} | options.keepVersionsFor is \"P1D\"; expected an "
                        + "ISO-8601 duration",
                "{'options':{'keepVersionsFor':'P3651D'}} | options.keepVersionsFor is \"P3651D\"",
                "{'options':{'keepVersionsFor':7}} | options.keepVersionsFor is 7",
                "{'options':{'forgetConsumersAfter':'PT59M'}} | options.forgetConsumersAfter is \"PT59M\"; expected "
                        + "PT0S, or an ISO-8601 duration from PT1H to PT87600H",
                "{'options':{'forgetConsumersAfter':'P3651D'}} | options.forgetConsumersAfter is \"P3651D\"",
                "{'options':{'refreshEvery':{}}} | options.refreshEvery is an object",
                "{'options':{'allowEmpty':'true'}} | options.allowEmpty is \"true\"; expected true or false",
                "{'options':{'allowEmpty':1}} | options.allowEmpty is 1",
                "{'options':{'maxDropShare':0}} | options.maxDropShare is 0; expected a number above 0 and up to 1",
                "{'options':{'maxDropShare':-0.5}} | options.maxDropShare is -0.5",
                "{'options':{'maxDropShare':1.01}} | options.maxDropShare is 1.01",
                "{'options':{'maxDropShare':1e999}} | options.maxDropShare is",
                "{'options':{'maxDropShare':'0.5'}} | options.maxDropShare is \"0.5\"",
                "{'options':{'maxDropShare':true}} | options.maxDropShare is true"
            })
    void anInputThatIsNotRightIsRefusedWithItsKey(String json, String message) {
        assertThat(refusal(() -> start(json))).contains(message);
    }

    private static CollectionOptions options(String pairs) {
        return start("{'options':{" + pairs + "}}").options();
    }
}
