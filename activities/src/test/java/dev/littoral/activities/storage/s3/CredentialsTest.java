package dev.littoral.activities.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.StorageAccess;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.testing.FakeS3;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Profiles of every kind that AWS tools know, with services of AWS on loopback that give the credentials. */
class CredentialsTest {
    private static final String PLANTED = "plantedSecret7";

    private static final String TOLD = "told ";

    private static final String LISTING = "<ListBucketResult><Name>%s</Name>"
            + "<KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>";

    private static final String CONFIG = """
            [default]
            sso_session = expired
            sso_account_id = 123456789012
            sso_role_name = reader
            [profile sso]
            sso_session = corp
            sso_account_id = 123456789012
            sso_role_name = reader
            [sso-session corp]
            sso_region = us-east-1
            sso_start_url = https://corp.example/start
            [profile sso-of-old]
            sso_start_url = https://old.example/start
            sso_region = us-east-1
            sso_account_id = 123456789012
            sso_role_name = reader
            [profile sso-expired]
            sso_session = expired
            sso_account_id = 123456789012
            sso_role_name = reader
            [sso-session expired]
            sso_region = us-east-1
            sso_start_url = https://expired.example/start
            [profile sso-expired-of-old]
            sso_start_url = https://expired.example/start
            sso_region = us-east-1
            sso_account_id = 123456789012
            sso_role_name = reader
            [profile sso-never]
            sso_session = never
            sso_account_id = 123456789012
            sso_role_name = reader
            [sso-session never]
            sso_region = us-east-1
            sso_start_url = https://never.example/start
            [profile sso-refused]
            sso_session = corp
            sso_account_id = 123456789012
            sso_role_name = refused
            [profile sso-away]
            sso_session = corp
            sso_account_id = 123456789012
            sso_role_name = away
            [profile login]
            login_session = arn:aws:iam::123456789012:user/alice
            [profile login-refreshed]
            login_session = arn:aws:iam::123456789012:user/bob
            [profile login-refused]
            login_session = arn:aws:iam::123456789012:user/refused
            [profile login-never]
            login_session = arn:aws:iam::123456789012:user/eve
            [profile process]
            credential_process = %1$s/process
            [profile process-fails]
            credential_process = %1$s/fails
            [profile process-babbles]
            credential_process = %1$s/babbles
            [profile role]
            role_arn = arn:aws:iam::123456789012:role/reader
            source_profile = process
            [profile role-refused]
            role_arn = arn:aws:iam::123456789012:role/refused
            source_profile = process
            [profile role-away]
            role_arn = arn:aws:iam::123456789012:role/away
            source_profile = process
            [profile role-of-key]
            role_arn = arn:aws:iam::123456789012:role/reader
            source_profile = plantedSecret7/andMore
            [profile web-identity]
            role_arn = arn:aws:iam::123456789012:role/web
            web_identity_token_file = %1$s/token
            [profile web-identity-never]
            role_arn = arn:aws:iam::123456789012:role/web
            web_identity_token_file = %1$s/none
            [profile empty]
            region = us-east-1
            [profile half]
            aws_secret_access_key = plantedSecret7
            """;

    @TempDir
    private Path home;

    /** What the store saw of each profile whose requests came through. */
    private final Map<String, String> seen = new ConcurrentHashMap<>();

    private static String hex(String algorithm, String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private void ssoToken(String of, String expiresAt) throws Exception {
        Path cache = Files.createDirectories(home.resolve(".aws/sso/cache"));
        Files.writeString(
                cache.resolve(hex("SHA-1", of) + ".json"),
                "{\"startUrl\":\"https://corp.example/start\",\"region\":\"us-east-1\",\"accessToken\":\"" + PLANTED
                        + "\",\"expiresAt\":\"" + expiresAt + "\"}");
    }

    private void loginToken(String user, String expiresAt) throws Exception {
        String session = "arn:aws:iam::123456789012:user/" + user;
        Path cache = Files.createDirectories(home.resolve(".aws/login/cache"));
        Files.writeString(
                cache.resolve(hex("SHA-256", session) + ".json"),
                "{\"accessToken\":{\"accessKeyId\":\"keyoflogin\",\"secretAccessKey\":\"" + PLANTED
                        + "\",\"sessionToken\":\"" + PLANTED + "\",\"accountId\":\"123456789012\",\"expiresAt\":\""
                        + expiresAt + "\"},\"tokenType\":\"aws_sigv4\",\"refreshToken\":\"" + PLANTED + user
                        + "\",\"idToken\":\"x.y.z\",\"clientId\":\"arn:aws:signin:::devtools/same-device\",\"dpopKey\":"
                        + "\"-----BEGIN EC PRIVATE KEY-----\\n" + ecKey() + "\\n-----END EC PRIVATE KEY-----\\n\"}");
    }

    /** A new private key of the curve P-256 as OpenSSL writes it. */
    private static String ecKey() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = generator.generateKeyPair();
        byte[] x509 = pair.getPublic().getEncoded();
        String secret = "%064x".formatted(((ECPrivateKey) pair.getPrivate()).getS());
        String point = HexFormat.of().formatHex(x509, x509.length - 65, x509.length);
        return Base64.getEncoder()
                .encodeToString(HexFormat.of()
                        .parseHex("30770201010420" + secret + "a00a06082a8648ce3d030107a144034200" + point));
    }

    private void script(String name, String lines) throws Exception {
        Path script = Files.writeString(home.resolve(name), "#!/bin/sh\n" + lines + "\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
    }

    private byte[] answer(String request) {
        if (request.startsWith("GET /federation/credentials")) {
            if (request.contains("role_name=refused")) {
                return FakeS3.reply(
                        403,
                        "Content-Type: application/json\r\nx-amzn-ErrorType: ForbiddenException\r\n",
                        "{\"message\":\"" + PLANTED + "\"}");
            }
            return request.contains("role_name=away")
                    ? FakeS3.reply(503, "Content-Type: application/json\r\n", "{}")
                    : FakeS3.reply(
                            200,
                            "Content-Type: application/json\r\n",
                            "{\"roleCredentials\":{\"accessKeyId\":\"keyofsso\",\"secretAccessKey\":\"hush\","
                                    + "\"sessionToken\":\"session\",\"expiration\":4102444800000}}");
        }
        if (request.startsWith("POST /v1/token")) {
            if (request.contains(PLANTED + "refused")) {
                return FakeS3.reply(
                        400,
                        "Content-Type: application/json\r\nx-amzn-ErrorType: AccessDeniedException\r\n",
                        "{\"error\":\"TOKEN_EXPIRED\",\"message\":\"" + PLANTED + "\"}");
            }
            return FakeS3.reply(
                    200,
                    "Content-Type: application/json\r\n",
                    "{\"accessToken\":{\"accessKeyId\":\"keyofrefresh\",\"secretAccessKey\":\"hush\","
                            + "\"sessionToken\":\"session\"},\"tokenType\":\"aws_sigv4\",\"expiresIn\":900,"
                            + "\"refreshToken\":\"next\"}");
        }
        if (request.contains("Action=AssumeRole")) {
            if (request.contains("role%2Frefused")) {
                return FakeS3.reply(
                        403,
                        "Content-Type: text/xml\r\n",
                        "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>" + PLANTED
                                + "</Message></Error></ErrorResponse>");
            }
            if (request.contains("role%2Faway")) {
                return FakeS3.reply(503, "Content-Type: text/xml\r\n", "");
            }
            String action = request.contains("WithWebIdentity") ? "AssumeRoleWithWebIdentity" : "AssumeRole";
            return FakeS3.reply(
                    200,
                    "Content-Type: text/xml\r\n",
                    ("<%1$sResponse><%1$sResult><Credentials><AccessKeyId>keyof%1$s</AccessKeyId>"
                                    + "<SecretAccessKey>hush</SecretAccessKey><SessionToken>session</SessionToken>"
                                    + "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
                                    + "</%1$sResult></%1$sResponse>")
                            .formatted(action));
        }
        Matcher bucket = Pattern.compile("GET /bucket-of-([a-z-]+)\\?").matcher(request);
        Matcher key = Pattern.compile("Credential=([^/]+)/").matcher(request);
        boolean listing = bucket.lookingAt();
        if (listing && key.find()) {
            seen.put(bucket.group(1), key.group(1));
        }
        String name = listing ? "bucket-of-" + bucket.group(1) : "lake";
        return FakeS3.reply(200, "Content-Type: application/xml\r\n", LISTING.formatted(name));
    }

    /** Lists a bucket with each profile in a JVM whose home this is; what each was told. */
    private Map<String, String> ask(String... profiles) throws Exception {
        Files.writeString(home.resolve("config"), CONFIG.formatted(home));
        try (FakeS3 server = new FakeS3((number, request) -> answer(request))) {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    ListsWithEach.class.getName()));
            command.addAll(List.of(profiles));
            ProcessBuilder java = new ProcessBuilder(command);
            java.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
            java.environment()
                    .putAll(Map.of(
                            "HOME",
                            home.toString(),
                            "AWS_CONFIG_FILE",
                            home.resolve("config").toString(),
                            "AWS_ENDPOINT_URL",
                            server.endpoint().toString(),
                            "AWS_EC2_METADATA_DISABLED",
                            "true",
                            "AWS_REGION",
                            "us-east-1"));
            Path out = home.resolve("out");
            Process process =
                    java.redirectErrorStream(true).redirectOutput(out.toFile()).start();
            int exit = process.waitFor();
            String said = Files.readString(out);
            assertThat(exit).as(said).isZero();
            assertThat(said).doesNotContain(PLANTED);
            Map<String, String> told = new TreeMap<>();
            said.lines().filter(line -> line.startsWith(TOLD)).forEach(line -> {
                String[] parts = line.split(" ", 3);
                told.put(parts[1], parts[2]);
            });
            return told;
        }
    }

    /** Runs in a JVM of its own, as a JVM cannot change its environment. */
    static final class ListsWithEach {
        private ListsWithEach() {}

        public static void main(String[] profiles) throws InterruptedException {
            try (S3Clients clients = new S3Clients()) {
                for (String profile : profiles) {
                    StorageAccess access = profile.equals("none") ? StorageAccess.OWN : TestProfiles.access(profile);
                    S3Bucket bucket =
                            S3Stores.bucket(clients.client(access), "bucket-of-" + profile, StoreObserver.NONE);
                    String told = "lists";
                    try {
                        bucket.page(r -> {});
                    } catch (LittoralException e) {
                        told = e.type() + " " + e.getMessage();
                    }
                    System.out.println(TOLD + profile + " " + told);
                }
            }
        }
    }

    @Test
    void profilesOfEveryKindGiveCredentials() throws Exception {
        ssoToken("corp", "2099-01-01T00:00:00Z");
        ssoToken("https://old.example/start", "2099-01-01T00:00:00Z");
        loginToken("alice", "2099-01-01T00:00:00Z");
        loginToken("bob", "2020-01-01T00:00:00Z");
        script(
                "process",
                "echo '{\"Version\":1,\"AccessKeyId\":\"keyofprocess\",\"SecretAccessKey\":\"" + PLANTED + "\"}'");
        Files.writeString(home.resolve("token"), "web-token");
        Map<String, String> keys = Map.of(
                "sso", "keyofsso",
                "sso-of-old", "keyofsso",
                "login", "keyoflogin",
                "login-refreshed", "keyofrefresh",
                "process", "keyofprocess",
                "role", "keyofAssumeRole",
                "web-identity", "keyofAssumeRoleWithWebIdentity");
        assertThat(ask(keys.keySet().toArray(String[]::new)))
                .allSatisfy((profile, told) -> assertThat(told).as(profile).isEqualTo("lists"));
        assertThat(seen).isEqualTo(keys);
    }

    @Test
    void aProfileThatGivesNoneSaysWhyWithoutWhatIsSecret() throws Exception {
        ssoToken("corp", "2099-01-01T00:00:00Z");
        ssoToken("expired", "2020-01-01T00:00:00Z");
        ssoToken("https://expired.example/start", "2020-01-01T00:00:00Z");
        script(
                "process",
                "echo '{\"Version\":1,\"AccessKeyId\":\"keyofprocess\",\"SecretAccessKey\":\"" + PLANTED + "\"}'");
        loginToken("refused", "2020-01-01T00:00:00Z");
        script("fails", "echo " + PLANTED + " >&2; exit 7");
        script("babbles", "echo " + PLANTED);
        String expired =
                "The SSO session associated with this profile has expired or is otherwise invalid. To refresh this"
                        + " SSO session run aws sso login with the corresponding profile";
        Map<String, String> reasons = Map.ofEntries(
                Map.entry("sso-expired", "ACCESS " + expired),
                Map.entry("sso-expired-of-old", "ACCESS " + expired),
                Map.entry("sso-never", "ACCESS " + expired),
                Map.entry("sso-refused", "ACCESS Sso answers 403 ForbiddenException"),
                Map.entry("sso-away", "TRANSIENT Sso answers 503"),
                Map.entry(
                        "login-never",
                        "ACCESS Token cache file for login_session `arn:aws:iam::123456789012:user/eve` not found."
                                + " You must re-authenticate"),
                Map.entry("login-refused", "ACCESS Your session has expired. Please reauthenticate"),
                Map.entry("process-fails", "ACCESS Failed to refresh process-based credentials: exit value (7)"),
                Map.entry("process-babbles", "ACCESS Failed to refresh process-based credentials"),
                Map.entry("role-refused", "ACCESS Sts answers 403 AccessDenied"),
                // A key in the place of a profile's name.
                Map.entry(
                        "role-of-key",
                        "ACCESS The source profile of 'role-of-key' was configured to be '…', but that source profile"
                                + " has no credentials configured"),
                Map.entry("role-away", "TRANSIENT Sts answers 503"),
                Map.entry("web-identity-never", "ACCESS a file that it needs cannot be read (NoSuchFileException)"),
                Map.entry("empty", "ACCESS Profile file contained no credentials for profile 'empty'"),
                Map.entry("half", "ACCESS Profile file contained no credentials for profile 'half'"));
        Map<String, String> told = ask(reasons.keySet().toArray(String[]::new));
        reasons.forEach((profile, reason) -> assertThat(told.get(profile))
                .isEqualTo(reason.replaceFirst(
                        " ",
                        Matcher.quoteReplacement(
                                " Profile '" + profile + "' of the worker gives no AWS credentials: "))));
        assertThat(ask("none"))
                .containsOnly(Map.entry(
                        "none",
                        "ACCESS No AWS credentials were found in the environment, the shared files or a role of the"
                                + " worker (Profile 'default' of the worker gives no AWS credentials: " + expired
                                + "); a public bucket can be read without any where the spec has \"anonymous\": true"));
        assertThat(seen).isEmpty();
    }
}
