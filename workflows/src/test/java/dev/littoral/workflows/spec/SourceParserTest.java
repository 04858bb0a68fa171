package dev.littoral.workflows.spec;

import static dev.littoral.workflows.spec.Sent.refusal;
import static dev.littoral.workflows.spec.Sent.source;
import static dev.littoral.workflows.spec.Sent.spec;
import static dev.littoral.workflows.spec.Sent.uri;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.FolderSpec;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.OnBadFile;
import dev.littoral.workflows.model.OnTable;
import dev.littoral.workflows.model.RequiredColumn;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.model.TableAt;
import dev.littoral.workflows.model.TableSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceParserTest {
    @Test
    void whatIsNoBucketIsNamedAsFarAsTheNextSlash() {
        assertThatThrownBy(() -> source("{'uri':'s3:///orders/'}"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("source.uri names the bucket \"\"; expected s3://bucket/prefix/");
        assertThat(source("{'uri':'s3://lake'}").uri()).isEqualTo("s3://lake/");
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
                .isEqualTo(new FolderSpec(
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
        ExternalSpec spec = new FolderSpec("parquet", null, null, null, null, null, OnTable.IGNORE, true, false);

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
                        + " | source.spec.anonymous is true, and requesterPays needs credentials; "
                        + "expected one of the two",
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

        assertThat(SourceParser.parse(SourceRequest.of(source))).isEqualTo(source);
        assertThat(CollectionStart.parse(CollectionInput.of(source, CollectionOptions.DEFAULTS)))
                .isEqualTo(new CollectionStart(source, CollectionOptions.DEFAULTS));
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
                "{'uri':'s3://lake/','spec':{'columns':[{'name':'a','type':'long'}]}} | "
                        + "source.spec.columns[0].type is \"long\"; expected one of boolean",
                "{'uri':'s3://lake/','spec':{'columns':[{'name':'a','type':3}]}} | "
                        + "source.spec.columns[0].type is a number",
                "{'uri':'s3://lake/','spec':{'onBadFile':'ignore'}} | source.spec.onBadFile is "
                        + "\"ignore\"; expected \"fail\" or \"skip\"",
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
                "s3://arn:aws:s3:us-east-1:123456789012:accesspoint/lake/ | source.uri names an ARN; "
                        + "expected a bucket's name, as in s3://bucket/prefix/: an access point's alias, "
                        + "which ends in -s3alias, is one",
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
    void aTableOfACatalogIsOneOfIceberg() {
        TableSpec newest = TableSpec.newest(TableSpec.ICEBERG);
        assertThat(source("{'uri':'iceberg:prod/sales.orders'}"))
                .isEqualTo(new ExternalSource("iceberg:prod/sales.orders", newest));
        assertThat(source("{'uri':'ICEBERG:Prod_1/a.b c.%20','spec':{'format':'iceberg'}}"))
                .isEqualTo(new ExternalSource("iceberg:Prod_1/a.b c.%20", newest));
        assertThat(source("{'uri':'iceberg:prod/a.t','spec':{'at':{'tag':'v1'}}}")
                        .spec())
                .isEqualTo(new TableSpec(
                        "iceberg",
                        new TableAt(null, null, "v1", null, null),
                        null,
                        null,
                        null,
                        null,
                        null,
                        false,
                        false));
        assertThat(refusal(() -> source("{'uri':'iceberg:prod/a.t','spec':{'format':'parquet'}}")))
                .isEqualTo("source.spec.format is \"parquet\"; expected \"iceberg\"");
        assertThat(refusal(() -> source("{'uri':'iceberg:prod/a.t','spec':{'table':'ignore'}}")))
                .startsWith("source.spec has the unknown key \"table\"");
        assertThat(CatalogTable.of("iceberg:prod/sales.eu.orders"))
                .contains(new CatalogTable("prod", List.of("sales", "eu"), "orders"));
        assertThat(CatalogTable.of("s3://lake/iceberg:prod/a.t")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "iceberg: | source.uri names the catalog of 0 characters; expected iceberg:catalog/namespace.table, "
                        + "the catalog by its name in the worker's configuration",
                "iceberg://prod/a.t | source.uri names the catalog of 0 characters; expected iceberg:catalog/",
                "iceberg:me:word@host/a.t | source.uri names the catalog of 12 characters; expected iceberg:catalog/",
                "iceberg:prod | source.uri names catalog prod and no table of it; expected iceberg:catalog/namespace",
                "iceberg:prod/ | source.uri names catalog prod and no table of it",
                "iceberg:prod/orders | source.uri names a table without its namespace; expected iceberg:catalog/",
                "iceberg:prod/a..t | source.uri names a table with an empty level in its name; expected iceberg:",
                "iceberg:prod/a.t. | source.uri names a table with an empty level in its name",
                "iceberg:prod/a/t | source.uri has a slash or a control character in the table's name; expected",
                "iceberg:prod/a.t?token=word | source.uri holds what looks like a credential"
            })
    void aTableOfACatalogThatIsNotNamedRightIsRefused(String uri, String message) {
        assertThat(refusal(() -> source(uri(uri)))).startsWith(message).doesNotContain("word");
    }

    @Test
    void aPrefixOfTablesIsACatalogANamespaceOrATable() {
        for (String rest : List.of("", "prod", "prod/", "prod/a", "prod/a.")) {
            assertThat(CatalogTable.allowedPrefix("Iceberg:" + rest)).contains("iceberg:" + rest);
        }
        for (String none : List.of("iceberg:/", "iceberg:a b/", "iceberg:prod/a/b", "iceberg:prod/a..b", "s3://prod")) {
            assertThat(CatalogTable.allowedPrefix(none)).isEmpty();
        }
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
        assertThat(source(spec(thousandColumns)).spec())
                .isInstanceOfSatisfying(
                        FolderSpec.class, spec -> assertThat(spec.columns()).hasSize(1_000));

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
}
