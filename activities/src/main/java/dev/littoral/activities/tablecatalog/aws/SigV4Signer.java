package dev.littoral.activities.tablecatalog.aws;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.s3.S3Clients;
import dev.littoral.activities.tablecatalog.TableCatalogSettings;
import dev.littoral.activities.tablecatalog.rest.RequestSigner;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;

/**
 * Signs requests as AWS has it in version 4 of its signatures, which the REST endpoints of Glue and S3 Tables ask for.
 * The credentials are those that AWS tools find, or a profile's.
 */
public final class SigV4Signer implements RequestSigner {
    private static final Pattern AWS_HOST =
            Pattern.compile("(?i)(glue|s3tables)[.-]([a-z0-9-]+)\\.(amazonaws\\.com(\\.cn)?|api\\.aws)");

    /** The client sets it by itself. */
    private static final String HOST = "Host";

    private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
    private final AwsCredentialsProvider credentials;
    private final String service;
    private final String region;
    private final Clock clock;

    SigV4Signer(AwsCredentialsProvider credentials, String service, String region, Clock clock) {
        this.credentials = credentials;
        this.service = service;
        this.region = region;
        this.clock = clock;
    }

    /**
     * The signer of a catalog's requests. The hosts of AWS say which service and region a signature is for.
     *
     * @throws LittoralException INPUT when neither the host nor a property says it
     */
    public static SigV4Signer of(TableCatalogSettings settings, URI base) {
        Matcher host = AWS_HOST.matcher(base.getHost());
        boolean known = host.matches();
        return new SigV4Signer(
                S3Clients.credentials(settings.value("profile").orElse(null)),
                part(settings, "rest.signing-name", known ? host.group(1) : null),
                part(settings, "rest.signing-region", known ? host.group(2) : null),
                Clock.systemUTC());
    }

    private static String part(TableCatalogSettings settings, String key, String ofHost) {
        return settings.value(key)
                .or(() -> Optional.ofNullable(ofHost))
                .orElseThrow(() -> LittoralException.input(settings.words() + " has rest.sigv4-enabled and no " + key
                        + ", and its host is none of Glue or S3 Tables; expected it to be set"));
    }

    @Override
    public Map<String, List<String>> sign(URI uri) {
        SdkHttpRequest request =
                SdkHttpRequest.builder().method(SdkHttpMethod.GET).uri(uri).build();
        Map<String, List<String>> headers =
                new TreeMap<>(signer.sign(sign -> sign.identity(credentials.resolveCredentials())
                                .request(request)
                                .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, service)
                                .putProperty(AwsV4HttpSigner.REGION_NAME, region)
                                .putProperty(HttpSigner.SIGNING_CLOCK, clock))
                        .request()
                        .headers());
        headers.remove(HOST);
        return headers;
    }
}
