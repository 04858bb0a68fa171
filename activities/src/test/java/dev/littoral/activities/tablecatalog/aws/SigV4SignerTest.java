package dev.littoral.activities.tablecatalog.aws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.tablecatalog.TableCatalogSettings;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** The signatures, against the steps that AWS's documentation of them has. */
class SigV4SignerTest {
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-29T10:15:30Z"), ZoneOffset.UTC);
    private static final Pattern AUTHORIZATION =
            Pattern.compile("AWS4-HMAC-SHA256 Credential=(.+), SignedHeaders=(.+), Signature=([0-9a-f]{64})");

    private static Map<String, List<String>> sign(URI uri) {
        return new SigV4Signer(
                        StaticCredentialsProvider.create(
                                AwsSessionCredentials.create("AKIDEXAMPLE", SECRET, "session")),
                        "glue",
                        "eu-west-1",
                        CLOCK)
                .sign(uri);
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(UTF_8));
    }

    private static String sha256(String text) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
    }

    private static String signature(URI uri, String signed, Map<String, String> headers)
            throws GeneralSecurityException {
        String query = uri.getRawQuery() == null
                ? ""
                : Arrays.stream(uri.getRawQuery().split("&", -1)).sorted().collect(Collectors.joining("&"));
        String canonical = String.join(
                "\n",
                "GET",
                // Of all services but S3 the path is encoded once more.
                uri.getRawPath().replace("%", "%25"),
                query,
                Arrays.stream(signed.split(";", -1))
                        .map(name -> name + ":" + headers.get(name) + "\n")
                        .collect(Collectors.joining()),
                signed,
                headers.get("x-amz-content-sha256"));
        String scope = "20261129/eu-west-1/glue/aws4_request";
        byte[] key = ("AWS4" + SECRET).getBytes(UTF_8);
        for (String part : scope.split("/", -1)) {
            key = hmac(key, part);
        }
        String toSign = String.join("\n", "AWS4-HMAC-SHA256", headers.get("x-amz-date"), scope, sha256(canonical));
        return HexFormat.of().formatHex(hmac(key, toSign));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://glue.eu-west-1.amazonaws.com/iceberg/v1/config?warehouse=123456789012",
                "https://glue.eu-west-1.amazonaws.com/iceberg/v1/config?warehouse=arn%3Aaws%3As3tables%3Aeu%2Fb",
                "https://glue.eu-west-1.amazonaws.com/iceberg/v1/catalogs/1/namespaces/a%1Fb%20c/tables/t?a=b",
                "http://127.0.0.1:8181/iceberg/v1/namespaces/a/tables/%C3%BC?snapshots=refs"
            })
    void aSignatureIsWhatTheDocumentedStepsGive(String address) throws Exception {
        URI uri = URI.create(address);
        Map<String, List<String>> signed = sign(uri);
        Map<String, String> headers = new TreeMap<>();
        signed.forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
        assertThat(headers).doesNotContainKey("host").containsEntry("x-amz-security-token", "session");
        // What the client sends by itself.
        headers.put("host", uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort()));
        Matcher authorization = AUTHORIZATION.matcher(headers.get("authorization"));
        assertThat(authorization.matches()).isTrue();
        assertThat(authorization.group(1)).isEqualTo("AKIDEXAMPLE/20261129/eu-west-1/glue/aws4_request");
        assertThat(authorization.group(2).split(";", -1)).contains("host", "x-amz-date", "x-amz-security-token");
        assertThat(authorization.group(3)).isEqualTo(signature(uri, authorization.group(2), headers));
    }

    @Test
    void theHostOfAwsSaysWhatASignatureIsForAndOthersNeedItSaid() {
        for (String host : List.of("glue.eu-west-1.amazonaws.com", "s3tables.eu-west-1.amazonaws.com")) {
            assertThat(SigV4Signer.of(settings(Map.of()), URI.create("https://" + host + "/iceberg")))
                    .isNotNull();
        }
        URI other = URI.create("https://catalog.example.com/iceberg");
        assertThatThrownBy(() -> SigV4Signer.of(settings(Map.of("rest.signing-name", "glue")), other))
                .hasMessageStartingWith("Table catalog prod has rest.sigv4-enabled and no rest.signing-region");
    }

    private static TableCatalogSettings settings(Map<String, String> properties) {
        return new TableCatalogSettings("prod", "https://x", properties);
    }
}
