package dev.littoral.workflows.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestsTest {
    private static final int LONGEST_MESSAGE = 600;
    private static final String ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE";
    private static final String SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    // ------------------------------------------------------------------ news

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
                "{'trouble':{'step':'list','cause':'c','time':'2026-01-01T00:00:00Z','nextTry':'-100000000-01-01T00:00:00Z'}}"
            })
    void newsThatCannotBeShownAreRefused(String json) throws JsonProcessingException {
        ProgressSignal news = new ProgressSignal(Json.JSON.readTree(json.replace('\'', '"')));
        assertThatThrownBy(() -> Requests.news(news))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("news is not what a worker sends; expected none from anybody else");
    }

    // ------------------------------------------------------------------ sources

    @Test
    void whatIsNoBucketIsNamedAsFarAsTheNextSlash() {
        assertThatThrownBy(() -> source("{'uri':'s3:///orders/'}"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("source.uri names the bucket \"\"; expected s3://bucket/prefix/");
        assertThat(source("{'uri':'s3://lake'}").uri()).isEqualTo("s3://lake/");
    }

    @Test
    void aTextIsShownWholeUpToSixtyCharactersEachOfWhichCanBeWritten() {
        assertThat(Requests.shortened("x".repeat(60))).isEqualTo("x".repeat(60));
        assertThat(Requests.shortened("x".repeat(61))).isEqualTo("x".repeat(60) + "…");
        assertThat(Requests.shortened("\uD7FF\uD800-\uDFFF\uE000")).isEqualTo("\uD7FF\uFFFD-\uFFFD\uE000");
    }

    @Test
    void aPageOfJobsIsTheNewestHundredUnlessItIsSaidOtherwise() throws JsonProcessingException {
        assertThat(Requests.jobs(null)).isEqualTo(new Requests.JobsPage(Long.MAX_VALUE, 100));
        assertThat(Requests.jobs(new JobsRequest(null))).isEqualTo(new Requests.JobsPage(Long.MAX_VALUE, 100));
        assertThat(jobs("{}")).isEqualTo(new Requests.JobsPage(Long.MAX_VALUE, 100));
        assertThat(jobs("{'before':7,'limit':100}")).isEqualTo(new Requests.JobsPage(7, 100));
        for (String refused : List.of("7", "{'limit':0}", "{'limit':101}", "{'before':0}", "{'after':1}")) {
            assertThatThrownBy(() -> jobs(refused)).as(refused).isInstanceOf(InvalidRequestException.class);
        }
    }

    private static Requests.JobsPage jobs(String json) throws JsonProcessingException {
        return Requests.jobs(new JobsRequest(Json.JSON.readTree(json.replace('\'', '"'))));
    }

    @Test
    void aUriAloneIsEveryParquetFileBelowIt() {
        assertThat(source("{'uri':'s3://lake/orders/'}"))
                .isEqualTo(new ExternalSource("s3://lake/orders/", ExternalSpec.parquet()));
        assertThat(source("{'uri':'file:///lake/','spec':null}"))
                .isEqualTo(new ExternalSource("file:///lake/", ExternalSpec.parquet()));
    }

    @Test
    void everyKeyOfASpecIsRead() {
        ExternalSource source = source("{'uri':'s3://lake/a','spec':{'format':'parquet','include':['*.parquet','x/**'],"
                + "'exclude':['tmp/**'],'columns':['id',{'name':'day','type':'date'},{'name':'note','type':null}],"
                + "'onBadFile':'skip','profile':'team-a','table':'ignore','anonymous':false,'requesterPays':true}}");

        assertThat(source.spec())
                .isEqualTo(new ExternalSpec(
                        "parquet",
                        List.of("*.parquet", "x/**"),
                        List.of("tmp/**"),
                        List.of(
                                new RequiredColumn("id", null),
                                new RequiredColumn("day", "date"),
                                new RequiredColumn("note", null)),
                        OnBadFile.SKIP,
                        "team-a",
                        OnTable.IGNORE,
                        false,
                        true));
    }

    @Test
    void keysThatAreLeftOutStayLeftOut() throws Exception {
        ExternalSpec spec = new ExternalSpec("parquet", null, null, null, null, null, OnTable.IGNORE, true, false);

        assertThat(Json.JSON.writeValueAsString(ExternalSpec.parquet()))
                .isEqualTo("{\"format\":\"parquet\",\"onBadFile\":\"fail\"}");
        assertThat(Json.JSON.writeValueAsString(spec))
                .isEqualTo("{\"format\":\"parquet\",\"onBadFile\":\"fail\",\"table\":\"ignore\",\"anonymous\":true}");
        assertThat(Json.JSON.readValue(Json.JSON.writeValueAsString(spec), ExternalSpec.class))
                .isEqualTo(spec);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'table':'yes'} | source.spec.table is \"yes\"; expected \"refuse\" or \"ignore\"",
                "{'anonymous':'true'} | source.spec.anonymous is \"true\"; expected true or false",
                "{'requesterPays':1} | source.spec.requesterPays is 1; expected true or false",
                "{'anonymous':true,'profile':'a'}"
                        + " | source.spec.anonymous is true, and profile needs credentials; expected one of the two",
                "{'anonymous':true,'requesterPays':true}"
                        + " | source.spec.anonymous is true, and requesterPays needs credentials; expected one of the two",
            },
            quoteCharacter = '`')
    void newerKeysOfASpecAreReadToTheLetter(String spec, String sentence) {
        assertThatThrownBy(() -> source("{'uri':'s3://lake/','spec':" + spec + "}"))
                .hasMessage(sentence);
    }

    @ParameterizedTest
    @CsvSource({
        "s3://lake, s3://lake/",
        "S3://lake/a, s3://lake/a",
        "s3://Old_Bucket.1/x, s3://Old_Bucket.1/x",
        "s3://lake/a b/%20/ü/, s3://lake/a b/%20/ü/",
        "s3://lake/user@example.com/, s3://lake/user@example.com/",
        "s3://lake/asiapacificcustomers2024/, s3://lake/asiapacificcustomers2024/",
        "s3://lake/MALAYASIAPACIFICREGIONDATA/, s3://lake/MALAYASIAPACIFICREGIONDATA/",
        "s3://lake/what?/tokens/, s3://lake/what?/tokens/",
        "FILE:///d/, file:///d/",
        "file:///, file:///"
    })
    void aUriIsTakenAsItIsButForItsScheme(String sent, String taken) {
        assertThat(source("{'uri':'" + sent + "'}").uri()).isEqualTo(taken);
    }

    @Test
    void aSourceThatIsWrittenOutReadsAsItself() {
        ExternalSource source = source("{'uri':'s3://lake/a/','spec':{'include':['*.parquet'],"
                + "'columns':['a',{'name':'b','type':'decimal(9,2)'}],'onBadFile':'skip','profile':'p'}}");

        assertThat(Requests.source(SourceRequest.of(source))).isEqualTo(source);
        assertThat(Requests.start(CollectionInput.of(source, CollectionOptions.DEFAULTS)))
                .isEqualTo(new Requests.Start(source, CollectionOptions.DEFAULTS));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "null | source is missing",
                "[] | source is a list; expected an object with the keys spec, uri",
                "'s3://lake/' | source is a text",
                "7 | source is a number",
                "true | source is true or false",
                "{} | source.uri is missing",
                "{'uri':null} | source.uri is missing",
                "{'uri':7} | source.uri is a number; expected a text",
                "{'uri':['s3://lake/']} | source.uri is a list",
                "{'uri':{}} | source.uri is an object",
                "{'URI':'s3://lake/'} | source has the unknown key \"URI\"; expected spec, uri",
                "{'uri':'s3://lake/','Spec':{}} | unknown key \"Spec\"",
                "{'uri':'s3://lake/','spec':[]} | source.spec is a list",
                "{'uri':'s3://lake/','spec':'parquet'} | source.spec is a text",
                "{'uri':'s3://lake/','spec':{'formats':'parquet'}} | unknown key \"formats\"",
                "{'uri':'s3://lake/','spec':{'format':'csv'}} | source.spec.format is \"csv\"; expected \"parquet\"",
                "{'uri':'s3://lake/','spec':{'format':'Parquet'}} | source.spec.format is \"Parquet\"",
                "{'uri':'s3://lake/','spec':{'format':1}} | source.spec.format is a number",
                "{'uri':'s3://lake/','spec':{'include':'*.parquet'}} | source.spec.include is a text; expected a list",
                "{'uri':'s3://lake/','spec':{'include':['a',1]}} | source.spec.include[1] is a number",
                "{'uri':'s3://lake/','spec':{'include':[null]}} | source.spec.include[0] is nothing",
                "{'uri':'s3://lake/','spec':{'include':['']}} | source.spec.include[0]",
                "{'uri':'s3://lake/','spec':{'include':['[a']}} | source.spec.include[0]",
                "{'uri':'s3://lake/','spec':{'exclude':['/a']}} | source.spec.exclude[0]",
                "{'uri':'s3://lake/','spec':{'exclude':{}}} | source.spec.exclude is an object",
                "{'uri':'s3://lake/','spec':{'columns':'id'}} | source.spec.columns is a text",
                "{'uri':'s3://lake/','spec':{'columns':[7]}} | source.spec.columns[0] is a number",
                "{'uri':'s3://lake/','spec':{'columns':['']}} | source.spec.columns[0] is empty",
                "{'uri':'s3://lake/','spec':{'columns':[{}]}} | source.spec.columns[0].name is missing",
                "{'uri':'s3://lake/','spec':{'columns':[{'name':''}]}} | source.spec.columns[0].name is empty",
                "{'uri':'s3://lake/','spec':{'columns':[{'name':1}]}} | source.spec.columns[0].name is a number",
                "{'uri':'s3://lake/','spec':{'columns':[{'name':'a','Type':'date'}]}} | unknown key \"Type\"",
                "{'uri':'s3://lake/','spec':{'columns':[{'name':'a','type':'long'}]}} | source.spec.columns[0].type is \"long\"; expected one of boolean",
                "{'uri':'s3://lake/','spec':{'columns':[{'name':'a','type':3}]}} | source.spec.columns[0].type is a number",
                "{'uri':'s3://lake/','spec':{'onBadFile':'ignore'}} | source.spec.onBadFile is \"ignore\"; expected \"fail\" or \"skip\"",
                "{'uri':'s3://lake/','spec':{'onBadFile':'SKIP'}} | source.spec.onBadFile is \"SKIP\"",
                "{'uri':'s3://lake/','spec':{'onBadFile':false}} | source.spec.onBadFile is true or false",
                "{'uri':'s3://lake/','spec':{'profile':''}} | source.spec.profile is no profile's name",
                "{'uri':'s3://lake/','spec':{'profile':'a b'}} | source.spec.profile is no profile's name",
                "{'uri':'s3://lake/','spec':{'profile':[]}} | source.spec.profile is a list"
            })
    void aSourceThatIsNotRightIsRefusedWithItsKey(String json, String message) {
        assertThat(refusal(() -> source(json))).contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | source.uri has no scheme",
                "lake/orders | source.uri has no scheme",
                "/lake/orders | source.uri has no scheme",
                "s3:/lake | source.uri has no scheme",
                "file:/lake | source.uri has no scheme",
                "s3a://lake/ | source.uri has the scheme \"s3a\"; expected s3 or file",
                "https://lake/ | source.uri has the scheme \"https\"",
                "s3:// | source.uri names the bucket \"\"",
                "s3:///orders/ | source.uri names the bucket \"\"",
                "s3://a/ | source.uri names the bucket \"a\"",
                "s3://la ke/ | source.uri names the bucket \"la ke\"",
                "file://host/lake/ | source.uri is no absolute file URI",
                "file://lake | source.uri is no absolute file URI",
                "file://user:pass@host/lake/ | source.uri holds what looks like a credential",
                "s3://key@lake/ | source.uri holds user information",
                "s3://key:word@lake/ | source.uri holds what looks like a credential",
                "s3://key:wo/rd@lake/ | source.uri holds what looks like a credential",
                "s3://key:wo/rd | source.uri holds user information",
                "s3://arn:aws:s3:us-east-1:123456789012:accesspoint/lake/ | source.uri names an ARN; expected a bucket's name, as in s3://bucket/prefix/: an access point's alias, which ends in -s3alias, is one",
                "s3://arn:aws-cn:s3-object-lambda:x:1:accesspoint:lake | source.uri names an ARN",
                "arn:aws:s3:us-east-1:123456789012:accesspoint/lake | source.uri names an ARN",
                "arn:aws:s3:::lake/orders | source.uri names an ARN",
                "s3://arn:aws:s3:hush@lake/ | source.uri holds what looks like a credential",
                "s3://arn:hush@lake/ | source.uri holds what looks like a credential"
            })
    void aUriThatIsNotRightIsRefused(String uri, String message) {
        assertThat(refusal(() -> source(uri(uri)))).contains(message).doesNotContain("word", "wo/rd", "pass");
    }

    @Test
    void whatIsTooLongIsRefusedByItsLength() {
        assertThat(refusal(() -> source(uri("s3://lake/" + "x".repeat(2_039)))))
                .isEqualTo("source.uri has 2049 characters; expected at most 2048");
        assertThat(source(uri("s3://lake/" + "x".repeat(2_038))).uri()).hasSize(2_048);
        assertThat(refusal(() -> source(spec("'profile':'" + "p".repeat(1_025) + "'"))))
                .contains("source.spec.profile has 1025 characters; expected at most 1024");
        assertThat(refusal(() -> source(spec("'include':['" + "x".repeat(1_025) + "']"))))
                .contains("source.spec.include[0] has 1025 characters");
        assertThat(refusal(() -> source(spec("'include':[" + "'x',".repeat(1_000) + "'x']"))))
                .isEqualTo("source.spec.include has 1001 entries; expected at most 1000");
    }

    @Test
    void aSourceThatHistoriesCouldNotHoldIsRefusedAsAWhole() {
        String thousandColumns = "'columns':[" + "{'name':'a_column_of_some_len','type':'int64'},".repeat(999) + "'x']";
        assertThat(source(spec(thousandColumns)).spec().columns()).hasSize(1_000);

        String large = "'exclude':['" + "é".repeat(1_000) + "'" + (",'" + "é".repeat(1_000) + "'").repeat(40) + "]";
        assertThat(refusal(() -> source(spec(large))))
                .startsWith("source has ")
                .endsWith(" bytes as JSON; expected at most 65536");
    }

    @Test
    void halfACharacterIsRefusedAsNothingCouldWriteIt() {
        assertThat(refusal(() -> source("{'uri':'s3://lake/\\ud800'}"))).contains("source.uri", "Unicode");
        assertThat(refusal(() -> source("{'uri':'s3://lake/','spec':{'columns':['\\udc00a']}}")))
                .contains("source.spec.columns[0]", "Unicode");
    }

    // ------------------------------------------------------------------ options

    @Test
    void nothingSentIsAnEmptyInput() {
        Requests.Start empty = new Requests.Start(null, CollectionOptions.DEFAULTS);

        assertThat(Requests.start(null)).isEqualTo(empty);
        assertThat(Requests.start(new CollectionInput(null))).isEqualTo(empty);
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
                .isEqualTo(new CollectionOptions(1, Duration.ofSeconds(1), true, 0.001, Duration.ofDays(2)));
        assertThat(options("'targetRowsPerSegment':1099511627776,'refreshEvery':'P365D','allowEmpty':false,"
                        + "'maxDropShare':1,'keepVersionsFor':'P3650D'"))
                .isEqualTo(new CollectionOptions(1L << 40, Duration.ofDays(365), false, 1, Duration.ofDays(3_650)));
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
                "{'options':{'refreshevery':'PT1M'}} | options has the unknown key \"refreshevery\"",
                "{'options':{'targetRowsPerSegment':0}} | options.targetRowsPerSegment is 0; expected a whole number",
                "{'options':{'targetRowsPerSegment':-1}} | options.targetRowsPerSegment is -1",
                "{'options':{'targetRowsPerSegment':1.5}} | options.targetRowsPerSegment is 1.5",
                "{'options':{'targetRowsPerSegment':1099511627777}} | options.targetRowsPerSegment is 1099511627777",
                "{'options':{'targetRowsPerSegment':99999999999999999999}} | options.targetRowsPerSegment is 99999999999999999999",
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
                "{'options':{'refreshEvery':'PT99999999999999999999H'}} | options.refreshEvery is \"PT99999999999999999999H\"",
                "{'options':{'keepVersionsFor':'P1D'}} | options.keepVersionsFor is \"P1D\"; expected an ISO-8601 duration",
                "{'options':{'keepVersionsFor':'P3651D'}} | options.keepVersionsFor is \"P3651D\"",
                "{'options':{'keepVersionsFor':7}} | options.keepVersionsFor is 7",
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

    // ------------------------------------------------------------------ names

    @ParameterizedTest
    @ValueSource(strings = {"a", "0", "orders", "eu-west_1.orders=v2", "a.b.c"})
    void aNameThatCanBeAKeyIsTaken(String id) {
        assertThat(Requests.collectionId(id)).isEqualTo(id);
        assertThat(Requests.collectionId("a".repeat(200))).hasSize(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "a/b", "a b", ".a", "-a", "_a", "a..b", "ä", "a\n", "a%2f", "a:b"})
    void aNameThatCannotBeAKeyIsRefused(String id) {
        assertThat(refusal(() -> Requests.collectionId(id))).startsWith("collectionId is \"");
    }

    @Test
    void noNameAndOneThatIsTooLongAreRefused() {
        assertThat(refusal(() -> Requests.collectionId(null))).startsWith("collectionId is missing");
        assertThat(refusal(() -> Requests.collectionId("a".repeat(201)))).contains("expected 1 to 200 characters");
    }

    // ------------------------------------------------------------------ secrets

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret",
                "secretKey",
                "aws_secret_access_key",
                "password",
                "passwd",
                "token",
                "sessionToken",
                "credentials",
                "accessKey",
                "access-key",
                "ACCESS_KEY_ID",
                "apiKey",
                "api_key",
                "privateKey",
                "signature"
            })
    void aKeyForASecretIsRefusedWithoutItsValue(String key) {
        for (String json : List.of(
                "{'uri':'s3://lake/','%s':'%s'}",
                "{'uri':'s3://lake/','spec':{'%s':'%s'}}", "{'uri':'s3://lake/','spec':{'columns':[{'%s':'%s'}]}}")) {
            assertThat(refusal(() -> source(json.formatted(key, SECRET_KEY))))
                    .contains(key, "looks like a secret", "profile")
                    .doesNotContain(SECRET_KEY);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ACCESS_KEY,
                SECRET_KEY,
                "d41d8cd98f00b204e9800998ecf8427e",
                "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
                "a b c d e f g h i j k l m n o p q r s t u v w x y z"
            })
    void aKeyThatIsNoWordIsNotRepeated(String key) {
        for (String json : List.of(
                "{'uri':'s3://lake/','%s':1}",
                "{'uri':'s3://lake/','spec':{'%s':1}}", "{'uri':'s3://lake/','spec':{'columns':[{'%s':1}]}}")) {
            assertThat(refusal(() -> source(json.formatted(key))))
                    .contains("key of ")
                    .doesNotContain(key.substring(0, 10));
        }
        assertThat(refusal(() -> Requests.jobs(
                        new JobsRequest(Json.JSON.createObjectNode().put(key, 1)))))
                .contains("key of ")
                .doesNotContain(key.substring(0, 10));
    }

    @Test
    void aValueThatIsLikeASecretIsNotRepeated() {
        for (String spec :
                List.of("'format':'%s'", "'onBadFile':'%s'", "'table':'%s'", "'columns':[{'name':'a','type':'%s'}]")) {
            assertThat(refusal(() -> source("{'uri':'s3://lake/','spec':{" + spec.formatted(SECRET_KEY) + "}}")))
                    .contains("of 40 characters")
                    .doesNotContain("wJalr");
        }
    }

    /** What somebody might paste into the wrong field. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                SECRET_KEY,
                "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY",
                "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
                "K005h3yCo8nvbEXJ1OUzFT50uSRZ6Ia",
                "sv=2024-11-04&ss=b&srt=sco&sp=rwl&sig=cHJldGVuZGVkc2lnbmF0dXJl%3D",
                "sig=cHJldGVuZGVkc2lnbmF0dXJl",
                "https://lake.s3.amazonaws.com/a?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0123456789abcdef",
                "X-Amz-Signature=0123456789abcdef0123456789abcdef",
                "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6",
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
                "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
            })
    void aProfileOrAGlobThatIsLikeASecretIsRefusedAndNotRepeated(String secret) {
        for (String spec : List.of("'profile':'%s'", "'include':['%s']", "'exclude':['a', '%s']")) {
            assertThat(refusal(() -> source(spec(spec.formatted(secret)))))
                    .contains("looks like a credential")
                    .doesNotContain(secret.substring(0, 8), secret.substring(secret.length() - 10));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0a1b2c3d4e5f60718293a4b5c6d7e8f9", "q1W2e3R4t5Y6u7I8o9P0", "Zx8Kq2Vn5Lr7Tw3Bm9Hd4Js6"})
    void aProfileThatIsDrawnByLotIsRefusedAndNotRepeated(String secret) {
        assertThat(refusal(() -> source(spec("'profile':'" + secret + "'"))))
                .contains("looks like a credential")
                .doesNotContain(secret.substring(0, 8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "default",
                "AdministratorAccess-123456789012",
                "PowerUserAccess-210987654321",
                "ProductionDataLakeReadOnly2024",
                "arn:aws:iam::123456789012:role/LakeReader",
                "team_a.prod@eu-west-1"
            })
    void aProfileIsCalledWhatItIsCalled(String profile) {
        assertThat(source(spec("'profile':'" + profile + "'")).spec().profile()).isEqualTo(profile);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "year=2024/Month=12/*.parquet",
                "token=abc/**",
                "sig=5/*.parquet",
                "d41d8cd98f00b204e9800998ecf8427e",
                "data/0a1b2c3d4e5f60718293a4b5c6d7e8f9/Part-00000-C000.snappy.parquet",
                "{a,b}/[0-9]*"
            })
    void aGlobIsWhatPathsAre(String glob) {
        assertThat(source(spec("'include':['" + glob + "']")).spec().include()).containsExactly(glob);
    }

    @Test
    void aGlobThatIsWrongIsRepeatedUnlessItMayBeASecret() {
        assertThat(refusal(() -> source(spec("'include':['data/[a-']")))).contains("The glob data/[a- ");
        assertThat(refusal(() -> source(spec("'include':['[" + SECRET_KEY + "']"))))
                .contains("The glob of 41 characters ")
                .doesNotContain("wJalr", "EXAMPLEKEY");
    }

    @ParameterizedTest
    @CsvSource({
        "targetRowsPerSegments, true",
        "aws_secret_like_name_of_words, true",
        "ACCESS_KEY_ID, true",
        "onBadFile2, true",
        "qwertyuiopasdfghjklzxcvbnmqwerty, false",
        "kJhGfDsAqWeRtYuIoPzXcVbNmLkJhGfD, false",
        "QWERTYUIOPASDFGHJKLZXCVBNMQWERTY, false",
        "abcdefabcdefabcdefabcdefabcdefab, false"
    })
    void aNameOfWordsIsRepeatedAndOneOfLettersIsNot(String name, boolean repeated) {
        assertThat(Requests.plain(name).contains(name)).isEqualTo(repeated);
        assertThat(Requests.named(name).contains(name)).isEqualTo(repeated);
    }

    @Test
    void newsAreTakenUpToTheirBounds() {
        RetryInfo trouble = new RetryInfo(
                "s".repeat(1_024), "c".repeat(1 << 14), 1, Instant.EPOCH, Instant.parse("9999-12-30T23:59:59.999Z"));
        ProgressSignal.News most =
                new ProgressSignal.News(1, "s".repeat(1_024), "w".repeat(1_024), 1L << 50, 0, trouble);
        assertThat(Requests.news(ProgressSignal.of(most))).isEqualTo(most);
        for (ProgressSignal.News beyond : List.of(
                new ProgressSignal.News(1, "s".repeat(1_025), "w", 0, 0, null),
                new ProgressSignal.News(1, "s", "w".repeat(1_025), 0, 0, null),
                new ProgressSignal.News(1, "s", "w", (1L << 50) + 1, 0, null),
                new ProgressSignal.News(1, "s", "w", 0, -1, null),
                new ProgressSignal.News(
                        1, "s", "w", 0, 0, new RetryInfo("s".repeat(1_025), "c", 1, Instant.EPOCH, null)),
                new ProgressSignal.News(
                        1, "s", "w", 0, 0, new RetryInfo("s", "c".repeat((1 << 14) + 1), 1, Instant.EPOCH, null)),
                new ProgressSignal.News(
                        1, "s", "w", 0, 0, new RetryInfo("s", "c", 1, Instant.EPOCH.minusNanos(1), null)),
                new ProgressSignal.News(
                        1, "s", "w", 0, 0, new RetryInfo("s", "c", 1, Instant.parse("9999-12-31T00:00:00Z"), null)))) {
            assertThat(refusal(() -> Requests.news(ProgressSignal.of(beyond)))).startsWith("news is not");
        }
    }

    @Test
    void aSecretInAUriIsRefusedAndNotRepeated() {
        for (String uri : List.of(
                "s3://" + ACCESS_KEY + ":" + SECRET_KEY + "@lake/",
                "s3://minio:" + SECRET_KEY + "@lake/",
                "s3://minio:" + SECRET_KEY,
                "s3://lake/a?X-Amz-Signature=" + SECRET_KEY,
                "s3://lake/a?x-amz-security-token=" + SECRET_KEY,
                "s3://lake/a?AWSAccessKeyId=" + ACCESS_KEY + "&Signature=" + SECRET_KEY,
                "s3://lake/a?sv=1&sig=" + SECRET_KEY,
                "s3://lake/a?X-Goog-Signature=" + SECRET_KEY,
                "s3://lake/a?secret_key=" + SECRET_KEY,
                "s3://lake/a?x=1&sessionToken=" + SECRET_KEY,
                "s3://lake/" + ACCESS_KEY + "/",
                "https://user:" + SECRET_KEY + "@host/lake/",
                "user:" + SECRET_KEY + "://lake",
                "file://user:" + SECRET_KEY + "@host/")) {
            assertThat(refusal(() -> source(uri(uri))))
                    .as(uri)
                    .doesNotContain(ACCESS_KEY, "wJalrXUtnFEMI", "K7MDENG", "bPxRfiCY");
        }
    }

    @Test
    void aSecretWhereAnotherTextBelongsIsNotRepeated() {
        for (String spec : List.of(
                "'format':'" + ACCESS_KEY + "'",
                "'onBadFile':'" + ACCESS_KEY + "'",
                "'profile':'" + ACCESS_KEY + "'",
                "'include':['/" + ACCESS_KEY + "/']",
                "'columns':['" + ACCESS_KEY + "']",
                "'columns':[{'name':'a','type':'" + ACCESS_KEY + "'}]",
                "'" + ACCESS_KEY + "':1",
                "'secret=" + SECRET_KEY + "':1")) {
            assertThat(refusal(() -> source(spec(spec)))).as(spec).doesNotContain(ACCESS_KEY, SECRET_KEY, "wJalr");
        }
        assertThat(refusal(() -> start("{'options':{'refreshEvery':'" + ACCESS_KEY + "'}}")))
                .doesNotContain(ACCESS_KEY);
        assertThat(refusal(() -> start("{'options':{'allowEmpty':'" + ACCESS_KEY + "'}}")))
                .doesNotContain(ACCESS_KEY);
    }

    // ------------------------------------------------------------------ messages

    @Test
    void aLongValueIsShortenedAndStaysText() {
        String smileys = "😀".repeat(300);
        for (String json : List.of(
                spec("'format':'x" + smileys + "'"),
                spec("'" + smileys + "':1"),
                spec("'include':['/" + smileys + "']"),
                spec("'columns':[{'name':'a','type':'" + smileys + "'}]"),
                uri("s3://" + smileys),
                "{'uri':'s3://lake/','spec':{'a\\u0000\\nb':1}}")) {
            String message = refusal(() -> source(json));
            assertThat(message).as(json).hasSizeLessThan(LONGEST_MESSAGE);
            assertThat(message.codePoints()
                            .noneMatch(c -> Character.isISOControl(c)
                                    || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)))
                    .as(message)
                    .isTrue();
        }
    }

    @Test
    void whateverIsSentIsTakenOrRefusedInOneBoundedSentence() {
        long seed = 20_261_101;
        Random random = new Random(seed);
        int taken = 0;
        for (int i = 0; i < 20_000; i++) {
            JsonNode json = i % 4 == 0 ? tree(random, 0) : mutated(random, i % 4 == 1);
            Throwable thrown = catchThrowable(() -> {
                Requests.Start start = Requests.start(new CollectionInput(json));
                // Whatever is taken can be handed on.
                Json.JSON.writeValueAsBytes(start);
                if (start.source() != null) {
                    assertThat(Requests.source(SourceRequest.of(start.source())))
                            .isEqualTo(start.source());
                }
            });
            taken += thrown == null ? 1 : 0;
            assertFair(thrown, json, seed);
            assertFair(catchThrowable(() -> Requests.source(new SourceRequest(json))), json, seed);
        }
        assertThat(taken).as("taken, seed %s", seed).isBetween(1_000, 15_000);
    }

    private static void assertFair(Throwable thrown, JsonNode json, long seed) {
        if (thrown != null) {
            assertThat(thrown)
                    .as("seed %s, sent %s", seed, json)
                    .isInstanceOf(InvalidRequestException.class)
                    .satisfies(e -> assertThat(e.getMessage())
                            .hasSizeLessThan(LONGEST_MESSAGE)
                            .doesNotContain(ACCESS_KEY, SECRET_KEY, "wJalrXUtnFEMI"));
        }
    }

    private static final List<String> WORDS = List.of(
            "uri",
            "spec",
            "source",
            "options",
            "format",
            "include",
            "columns",
            "name",
            "type",
            "refreshEvery",
            "allowEmpty",
            "maxDropShare",
            "targetRowsPerSegment",
            "profile",
            "onBadFile",
            "secretKey",
            "s3://lake/",
            "s3://k:" + SECRET_KEY + "@lake/",
            "file:///d/",
            ACCESS_KEY,
            "s3://lake/?X-Amz-Signature=" + SECRET_KEY,
            "parquet",
            "PT1M",
            "\ud83d",
            "😀".repeat(80),
            "**/[a-",
            "\u0000",
            "");

    private static JsonNode tree(Random random, int depth) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        return switch (random.nextInt(depth > 4 ? 6 : 9)) {
            case 0 -> json.nullNode();
            case 1 -> json.booleanNode(random.nextBoolean());
            case 2 -> json.numberNode(random.nextLong());
            case 3 -> json.numberNode(random.nextDouble());
            case 4, 5 -> json.textNode(WORDS.get(random.nextInt(WORDS.size())));
            case 6 -> {
                ArrayNode array = json.arrayNode();
                for (int n = random.nextInt(4); n > 0; n--) {
                    array.add(tree(random, depth + 1));
                }
                yield array;
            }
            default -> {
                ObjectNode object = json.objectNode();
                for (int n = random.nextInt(4); n > 0; n--) {
                    object.set(WORDS.get(random.nextInt(WORDS.size())), tree(random, depth + 1));
                }
                yield object;
            }
        };
    }

    /** A valid input with up to three of its values replaced, removed or set beside it. */
    private static JsonNode mutated(Random random, boolean valid) {
        JsonNode json = json("{'source':{'uri':'s3://lake/orders/','spec':{'format':'parquet','include':['*.parquet'],"
                + "'exclude':['tmp/**'],'columns':['id',{'name':'day','type':'date'}],'onBadFile':'skip',"
                + "'profile':'p'}},'options':{'targetRowsPerSegment':1000,'refreshEvery':'PT1M','allowEmpty':true,"
                + "'maxDropShare':0.5}}");
        for (int n = valid ? 1 : 1 + random.nextInt(3); n > 0; n--) {
            List<JsonNode> containers = new ArrayList<>();
            collect(json, containers);
            switch (containers.get(random.nextInt(containers.size()))) {
                case ObjectNode object -> {
                    List<String> keys = new ArrayList<>();
                    object.fieldNames().forEachRemaining(keys::add);
                    String key = keys.isEmpty() ? "uri" : keys.get(random.nextInt(keys.size()));
                    switch (random.nextInt(valid ? 1 : 3)) {
                        case 0 -> object.remove(key);
                        case 1 -> object.set(key, tree(random, 2));
                        default -> object.set(WORDS.get(random.nextInt(WORDS.size())), tree(random, 2));
                    }
                }
                case ArrayNode array -> {
                    if (valid) {
                        array.removeAll();
                    } else {
                        array.add(tree(random, 2));
                    }
                }
                default -> throw new AssertionError("no container");
            }
        }
        return json;
    }

    private static void collect(JsonNode json, List<JsonNode> containers) {
        if (json.isContainerNode()) {
            containers.add(json);
            json.forEach(child -> collect(child, containers));
        }
    }

    // ------------------------------------------------------------------ helpers

    private static String refusal(Supplier<?> request) {
        List<String> message = new ArrayList<>();
        assertThatThrownBy(request::get)
                .isInstanceOf(InvalidRequestException.class)
                .satisfies(e -> message.add(e.getMessage()));
        return message.get(0);
    }

    private static ExternalSource source(String json) {
        return Requests.source(new SourceRequest(json(json)));
    }

    private static Requests.Start start(String json) {
        return Requests.start(new CollectionInput(json(json)));
    }

    private static CollectionOptions options(String pairs) {
        return start("{'options':{" + pairs + "}}").options();
    }

    private static String uri(String uri) {
        return "{'uri':'" + uri + "'}";
    }

    private static String spec(String pairs) {
        return "{'uri':'s3://lake/','spec':{" + pairs + "}}";
    }

    /** JSON written with ' for each ". */
    private static JsonNode json(String text) {
        try {
            return Json.JSON.readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }
}
