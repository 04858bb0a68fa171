package dev.littoral.activities.storage.s3;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.StorageAccess;
import dev.littoral.workflows.model.FailureType;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileSupplier;
import software.amazon.awssdk.profiles.ProfileFileSystemSetting;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.RequestPayer;

/**
 * Clients for S3, set up as AWS users expect: environment, shared config and credentials files, web identity, container
 * and instance roles. {@code AWS_ENDPOINT_URL_S3}, {@code AWS_ENDPOINT_URL} and the endpoints of a profile point to
 * another store, which is then addressed by path, in {@code us-east-1} unless a region is set.
 *
 * <p>A profile with {@code littoral_anonymous = true} says where a store is, and that requests have no credentials: it
 * is for public buckets.
 *
 * <p>One client for each access, built at its first use, shared by all and closed with this. Safe for use by many
 * threads.
 */
public final class S3Clients implements AutoCloseable {
    /** A healthy store replies within milliseconds to a few seconds. */
    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(30);
    /** All tries of one request with the waits between them. */
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(100);
    /** Tries of one request; Temporal's retries come on top. */
    private static final int ATTEMPTS = 4;
    /** The most requests at once; how many there are is found out by {@link AdaptiveConcurrencyLimit}. */
    private static final int CONNECTIONS = 256;

    /** A key of a profile, of Littoral's own. */
    private static final String ANONYMOUS = "littoral_anonymous";

    private final Supplier<ProfileFile> profiles;
    private final Map<StorageAccess, S3Client> clients = new HashMap<>();
    private final List<AdaptiveConcurrencyLimit> limits = new CopyOnWriteArrayList<>();
    private boolean closed;

    public S3Clients() {
        this(ProfileFileSupplier.defaultSupplier());
    }

    S3Clients(Supplier<ProfileFile> profiles) {
        this.profiles = profiles;
    }

    /**
     * The client for an access. A named profile alone gives the credentials, and its region comes first; an endpoint in
     * the environment comes before the profile's, as in every AWS tool. Sends nothing to the store.
     *
     * @throws LittoralException INPUT when the profile does not exist or no region is known
     */
    public synchronized S3Client client(StorageAccess access) {
        if (closed) {
            throw new IllegalStateException("The S3 clients are closed");
        }
        return clients.computeIfAbsent(access, this::build);
    }

    /**
     * Credentials as clients have them, for what else is signed.
     *
     * @param profile null for the default credential chain
     */
    public static AwsCredentialsProvider credentials(String profile) {
        return new Credentials(ProfileFileSupplier.defaultSupplier(), profile);
    }

    /** A client for a store whose address and credentials are known, set up like all others. The caller closes it. */
    public static S3Client connect(URI endpoint, String accessKey, String secretKey) {
        return connect(endpoint, accessKey, secretKey, MinimumRateBody.Pace.USUAL);
    }

    static S3Client connect(URI endpoint, String accessKey, String secretKey, MinimumRateBody.Pace pace) {
        AwsCredentialsProvider credentials =
                StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey));
        S3ClientBuilder builder = builder(credentials)
                .endpointOverride(endpoint)
                .forcePathStyle(true)
                .region(Region.US_EAST_1);
        return client(builder, credentials, new AdaptiveConcurrencyLimit(CONNECTIONS), pace);
    }

    /** How many requests all clients together send at once now, at most; 0 before there is one. */
    public int requestsAtOnce() {
        return limits.stream().mapToInt(AdaptiveConcurrencyLimit::limit).sum();
    }

    /** How many requests wait for their turn now, about. */
    public int requestsWaiting() {
        return limits.stream().mapToInt(AdaptiveConcurrencyLimit::waiting).sum();
    }

    @Override
    public synchronized void close() {
        closed = true;
        clients.values().forEach(S3Client::close);
        clients.clear();
    }

    private S3Client build(StorageAccess access) {
        String profile = access.profile();
        if (profile != null) {
            requireProfile(profile);
        }
        boolean anonymous = access.anonymous() || (profile != null && isAnonymous(profile));
        AwsCredentialsProvider credentials =
                anonymous ? AnonymousCredentialsProvider.create() : new Credentials(profiles, profile);
        S3ClientBuilder builder = builder(credentials);
        ClientOverrideConfiguration.Builder overrides = builder.overrideConfiguration().toBuilder()
                .defaultProfileFileSupplier(profiles)
                .defaultProfileName(profile);
        if (access.requesterPays()) {
            overrides.putHeader(DirectS3Reader.REQUEST_PAYER, RequestPayer.REQUESTER.toString());
        }
        builder.overrideConfiguration(overrides.build());
        boolean elsewhere;
        // The SDK looks for an endpoint when it builds a client, and only a client has what it found.
        try (S3Client trial = builder.region(Region.US_EAST_1).build()) {
            elsewhere = trial.serviceClientConfiguration().endpointOverride().isPresent();
        }
        AdaptiveConcurrencyLimit limit = new AdaptiveConcurrencyLimit(CONNECTIONS);
        // The region of an unsigned request only says where it is sent, and the store says where the bucket is.
        Region region = region(profile, elsewhere || anonymous);
        S3Client client = client(
                builder.region(region).forcePathStyle(elsewhere), credentials, limit, MinimumRateBody.Pace.USUAL);
        limits.add(limit);
        return client;
    }

    private boolean isAnonymous(String profile) {
        return profiles.get()
                .profile(profile)
                .flatMap(found -> found.property(ANONYMOUS))
                .filter("true"::equalsIgnoreCase)
                .isPresent();
    }

    private static S3ClientBuilder builder(AwsCredentialsProvider credentials) {
        return S3Client.builder()
                .credentialsProvider(credentials)
                // Stores other than AWS know no newer checksums; what has to be whole is checked by length and ETag.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(o -> o.apiCallAttemptTimeout(ATTEMPT_TIMEOUT)
                        .apiCallTimeout(CALL_TIMEOUT)
                        .retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                .maxAttempts(ATTEMPTS)
                                .build())
                        .addExecutionInterceptor(new S3RequestObserver.Interceptor())
                        .addExecutionInterceptor(new ListedKeysInterceptor()));
    }

    private static S3Client client(
            S3ClientBuilder builder,
            AwsCredentialsProvider credentials,
            AdaptiveConcurrencyLimit limit,
            MinimumRateBody.Pace pace) {
        SdkHttpClient http = new BoundedHttpClient(
                Apache5HttpClient.builder()
                        .maxConnections(AdaptiveConcurrencyLimit.withReserve(CONNECTIONS))
                        .connectionTimeout(Duration.ofSeconds(5))
                        .connectionAcquisitionTimeout(ATTEMPT_TIMEOUT)
                        .socketTimeout(ATTEMPT_TIMEOUT)
                        .build(),
                pace);
        S3Client client = builder
                // Closed with the client.
                .httpClientBuilder(defaults -> LimitedS3Client.telling(limit, http))
                .overrideConfiguration(builder.overrideConfiguration().toBuilder()
                        .addExecutionInterceptor(new DirectS3Reader.Interceptor(http, limit, credentials))
                        .build())
                .build();
        return new LimitedS3Client(client, limit);
    }

    /**
     * Whether the shared config or credentials file has a profile.
     *
     * @throws LittoralException INPUT when they cannot be read
     */
    public boolean hasProfile(String profile) {
        try {
            return profiles.get().profile(profile).isPresent();
        } catch (RuntimeException e) {
            throw new LittoralException(
                    FailureType.INPUT,
                    "The AWS config and credentials files of the worker, where profile '" + profile
                            + "' is looked for, cannot be read",
                    e);
        }
    }

    private void requireProfile(String profile) {
        if (!hasProfile(profile)) {
            throw LittoralException.input(
                    "Profile '" + profile + "' is not in the AWS config or credentials file of the"
                            + " worker, which are ~/.aws/config and ~/.aws/credentials unless AWS_CONFIG_FILE and"
                            + " AWS_SHARED_CREDENTIALS_FILE say otherwise");
        }
    }

    /**
     * The region that is set.
     *
     * @param any whether any will do where none is
     */
    private Region region(String profile, boolean any) {
        String name = profile == null ? ProfileFileSystemSetting.AWS_PROFILE.getStringValueOrThrow() : profile;
        AwsProfileRegionProvider ofProfile = new AwsProfileRegionProvider(profiles, name);
        SystemSettingsRegionProvider ofEnvironment = new SystemSettingsRegionProvider();
        try {
            return (profile == null
                            ? new AwsRegionProviderChain(ofEnvironment, ofProfile)
                            : new AwsRegionProviderChain(ofProfile, ofEnvironment))
                    .getRegion();
        } catch (SdkClientException nowhereNamed) {
            if (any) {
                return Region.US_EAST_1;
            }
        }
        try {
            // Asks the machine's metadata service too, which takes seconds where there is none.
            return DefaultAwsRegionProviderChain.builder()
                    .profileFile(profiles)
                    .build()
                    .getRegion();
        } catch (SdkClientException e) {
            throw new LittoralException(
                    FailureType.INPUT,
                    "No AWS region is known to the worker: set AWS_REGION, or region in the profile, or an endpoint in"
                            + " AWS_ENDPOINT_URL_S3 for another store",
                    e);
        }
    }
}
