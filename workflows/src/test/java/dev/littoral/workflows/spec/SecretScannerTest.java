package dev.littoral.workflows.spec;

import static dev.littoral.workflows.spec.Sent.ACCESS_KEY;
import static dev.littoral.workflows.spec.Sent.SECRET_KEY;
import static dev.littoral.workflows.spec.Sent.refusal;
import static dev.littoral.workflows.spec.Sent.source;
import static dev.littoral.workflows.spec.Sent.spec;
import static dev.littoral.workflows.spec.Sent.start;
import static dev.littoral.workflows.spec.Sent.uri;
import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.FolderSpec;
import dev.littoral.workflows.model.JobsRequest;
import dev.littoral.workflows.model.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretScannerTest {
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
        assertThat(refusal(() -> JobsPage.parse(
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
    void aProfileThatIsRandomIsRefusedAndNotRepeated(String secret) {
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
        assertThat(source(spec("'include':['" + glob + "']")).spec())
                .isInstanceOfSatisfying(
                        FolderSpec.class, spec -> assertThat(spec.include()).containsExactly(glob));
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
        assertThat(SecretScanner.name(name).contains(name)).isEqualTo(repeated);
        assertThat(SecretScanner.quotedName(name).contains(name)).isEqualTo(repeated);
    }
}
