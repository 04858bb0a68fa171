package dev.littoral.activities.tablecatalog.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.tablecatalog.TableCatalogSettings;
import dev.littoral.activities.testing.IcebergLake;
import dev.littoral.activities.testing.IcebergServer;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.spec.CatalogTable;
import dev.littoral.workflows.testing.RawServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RestTableCatalogTest {
    private static final CatalogTable ORDERS =
            CatalogTable.of("iceberg:prod/sales.eu.orders").orElseThrow();
    private static final String LOAD = "GET namespaces/sales%1Feu/tables/orders?snapshots=refs";
    private static final String MARKER = "hush7f3a";

    @TempDir
    private Path folder;

    private IcebergLake lake;
    private IcebergServer server;
    private RestTableCatalog catalog;
    private final List<String> observed = Collections.synchronizedList(new ArrayList<>());
    private final StoreObserver observer = (role, kind, status) -> observed.add(kind + " " + status);
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-29T10:00:00Z"));

    @BeforeEach
    void start() {
        lake = new IcebergLake(folder);
        server = new IcebergServer(lake.catalog());
    }

    @AfterEach
    void stop() {
        if (catalog != null) {
            catalog.close();
        }
        server.close();
        lake.close();
    }

    private void open(String... properties) {
        open(Duration.ofMinutes(8), properties);
    }

    private void open(Duration timeout, String... properties) {
        open(server.address() + "/", timeout, properties);
    }

    private void open(String address, Duration timeout, String... properties) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < properties.length; i += 2) {
            all.put(properties[i], properties[i + 1]);
        }
        Clock clock = new Clock() {
            @Override
            public ZoneOffset getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now.get();
            }
        };
        catalog = RestTableCatalog.open(
                new TableCatalogSettings("prod", address, all),
                (settings, base) -> uri -> Map.of("X-Signed", List.of(uri.getRawPath())),
                timeout,
                clock);
    }

    private String ask() throws InterruptedException {
        return catalog.metadataLocation(ORDERS, observer);
    }

    private LittoralException refusal() {
        try {
            ask();
        } catch (LittoralException e) {
            return e;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        throw new AssertionError("it is answered");
    }

    private static String metadata(Table table) {
        return ((BaseTable) table).operations().current().metadataFileLocation();
    }

    private String secret(String text) throws IOException {
        return "file:" + Files.writeString(folder.resolve("secret"), text);
    }

    @Test
    void aTableThatDidNotChangeIsOneRequestThatIsAnsweredWithoutABody() throws Exception {
        Table table = lake.create("sales.eu", "orders");
        open();
        assertThat(ask()).isEqualTo(metadata(table));
        assertThat(server.requests()).containsExactly("GET config", LOAD);

        assertThat(ask()).isEqualTo(metadata(table));
        assertThat(observed).containsExactly("CONFIG 200", "LOAD 200", "LOAD 304");
        assertThat(server.requests()).containsExactly(LOAD);

        IcebergLake.append(table, "a.parquet", 10);
        assertThat(ask()).isEqualTo(metadata(table));
        server.hasETags = false;
        assertThat(ask()).isEqualTo(metadata(table));
        assertThat(ask()).isEqualTo(metadata(table));
        assertThat(server.last().headers()).doesNotContainKey("If-none-match");
    }

    @Test
    void theWarehouseIsAskedForAndThePrefixOfItsConfigurationIsPartOfThePath() throws Exception {
        Table table = lake.create("sales.eu", "orders");
        server.overrides = "{\"prefix\":\"ws/a%20b|c\",\"namespace-separator\":\"%1F\"}";
        open("warehouse", "arn:aws:s3tables:eu-west-1:1:bucket/b", "prefix", "mine");
        assertThat(ask()).isEqualTo(metadata(table));
        assertThat(server.requests())
                .containsExactly(
                        "GET config?warehouse=arn%3Aaws%3As3tables%3Aeu-west-1%3A1%3Abucket%2Fb",
                        "GET ws/a%20b%7Cc/namespaces/sales%1Feu/tables/orders?snapshots=refs");
    }

    @Test
    void aTokenIsKeptWhileItIsValidAndAskedForAgainWhenItEndsOrIsRefused() throws Exception {
        lake.create("sales.eu", "orders");
        server.credential = "me:" + MARKER;
        open("credential", secret(server.credential + "\n"));
        ask();
        ask();
        assertThat(server.requests()).containsExactly("POST oauth/tokens", "GET config", LOAD, LOAD);

        now.set(now.get().plusSeconds(3300));
        ask();
        assertThat(server.requests()).containsExactly("POST oauth/tokens", LOAD);

        server.revokeTokens();
        ask();
        assertThat(server.requests()).containsExactly(LOAD, "POST oauth/tokens", LOAD);
        assertThat(observed).contains("TOKEN 200", "LOAD 401");
    }

    @Test
    void aTokenThatIsSaidToBeValidBeyondAllTimeIsKeptForAWhile() throws Exception {
        lake.create("sales.eu", "orders");
        open("credential", secret("me:right"));
        server.fault = exchange -> {
            boolean isToken = exchange.getRequestURI().getPath().contains("/oauth/");
            if (isToken) {
                IcebergServer.send(exchange, 200, "{\"access_token\":\"t\",\"expires_in\":9223372036854775807}");
            }
            return isToken;
        };
        ask();
        ask();
        assertThat(observed).containsExactly("TOKEN 200", "CONFIG 200", "LOAD 200", "LOAD 304");
    }

    @Test
    void aCredentialThatIsRefusedIsAMatterOfAccessAndIsNotRepeated() throws Exception {
        server.credential = "me:right";
        open("credential", secret("me:" + MARKER));
        LittoralException refused = refusal();
        assertThat(refused.type()).isEqualTo(FailureType.ACCESS);
        assertThat(refused)
                .hasMessage("Table catalog prod answers 401 for a token; expected one for the credential in file:"
                        + folder.resolve("secret"));
    }

    @Test
    @Timeout(600)
    void allThatWaitForATokenShareWhatComesOfTheRequest() throws Exception {
        server.credential = "me:right";
        open("credential", secret(server.credential));
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        server.fault = exchange -> {
            asked.countDown();
            try {
                answer.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            IcebergServer.error(exchange, 503, "Away", "not now");
            return true;
        };
        List<LittoralException> refusals = new CopyOnWriteArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofPlatform().start(() -> refusals.add(refusal())));
            asked.await();
        }
        for (Thread waiting : threads.subList(1, 4)) {
            while (waiting.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        }
        answer.countDown();
        for (Thread each : threads) {
            each.join();
        }
        assertThat(refusals).hasSize(4).allSatisfy(each -> {
            assertThat(each.type()).isEqualTo(FailureType.TRANSIENT);
            assertThat(each).hasMessageContaining("answers 503 for a token");
        });
        assertThat(server.requests()).containsExactly("POST oauth/tokens");

        server.fault = exchange -> false;
        lake.create("sales.eu", "orders");
        ask();
        assertThat(server.requests()).containsExactly("POST oauth/tokens", "GET config", LOAD);
    }

    @Test
    void aStaticTokenIsReadForEachRequestAsItMayBeReplaced() throws Exception {
        lake.create("sales.eu", "orders");
        open("token", secret("one\n"));
        ask();
        assertThat(server.last().headers().getFirst("Authorization")).isEqualTo("Bearer one");
        secret("two");
        ask();
        assertThat(server.last().headers().getFirst("Authorization")).isEqualTo("Bearer two");
        secret("th\nree " + MARKER);
        assertThat(refusal())
                .hasMessageContaining("has what is no access token")
                .hasMessageNotContaining(MARKER);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "401 | NotAuthorizedException | ACCESS | answers 401 for table sales.eu.orders",
                "403 | ForbiddenException | ACCESS | answers 403 for table sales.eu.orders",
                "404 | NoSuchTableException | INPUT | has no table orders in namespace sales.eu; expected one that is",
                "404 | NoSuchNamespaceException | INPUT | has no namespace sales.eu, where table orders is looked for",
                "404 | Lost | INPUT | answers 404 for table sales.eu.orders; expected the table",
                "307 | Moved | INPUT | answers 307 for table sales.eu.orders; expected an answer and no redirect",
                "429 | Slow | TRANSIENT | answers 429 for table sales.eu.orders",
                "500 | Broken | TRANSIENT | answers 500 for table sales.eu.orders",
                "503 | Away | TRANSIENT | answers 503 for table sales.eu.orders",
            })
    void aStatusSaysWhoHasToDoSomething(int status, String type, FailureType expected, String sentence)
            throws Exception {
        open("token", secret(MARKER));
        server.fault = exchange -> {
            boolean isTable = exchange.getRequestURI().getPath().contains("/tables/");
            if (isTable) {
                exchange.getResponseHeaders().add("Location", "http://127.0.0.1:1/" + MARKER);
                String said = exchange.getRequestHeaders().getFirst("Authorization");
                IcebergServer.error(exchange, status, type, said);
            }
            return isTable;
        };
        LittoralException refused = refusal();
        assertThat(refused.type()).isEqualTo(expected);
        assertThat(refused.getMessage()).startsWith("Table catalog prod " + sentence);
        assertThat(trace(refused)).doesNotContain(MARKER);
    }

    private static String trace(Throwable failure) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        return trace.toString();
    }

    private static void hang(HttpExchange exchange) throws IOException {
        try {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            Thread.sleep(60_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aCatalogThatBeginsToAnswerAndHangsIsGivenUp() {
        open(Duration.ofMillis(500));
        server.fault = exchange -> {
            hang(exchange);
            return true;
        };
        assertThat(refusal().type()).isEqualTo(FailureType.TRANSIENT);
        assertThat(observed).containsExactly("CONFIG " + StoreObserver.ERROR);
    }

    @Test
    void aCatalogThatAnswersByteByByteIsGivenUp() throws Exception {
        String head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n";
        try (RawServer raw = new RawServer(RawServer.dripping(head))) {
            open(raw.endpoint() + "/", Duration.ofSeconds(3));
            assertThat(refusal().type()).isEqualTo(FailureType.TRANSIENT);
            assertThat(raw.wasHungUp()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: " + MARKER + "\r\n\r\n{}",
                "HTTP/1.1 200 OK\r\nContent-Length: 12, 12\r\n\r\nhello, hello",
                "HTTP/1.1 503 Away\r\nContent-Length: 999999999999999999999999999999\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n{}",
                "HTTP/1.1 " + MARKER + " OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\n" + MARKER + " a: x\r\n\r\n",
                MARKER + "\r\n\r\n"
            })
    void aHeadThatIsNoneOfHttpIsTriedAgainAFewTimes(String answer) {
        try (RawServer raw = new RawServer(RawServer.text(answer))) {
            open(raw.endpoint() + "/", Duration.ofMinutes(8));
            LittoralException refused = refusal();
            assertThat(refused)
                    .hasMessage("Table catalog prod answers with a head that is none of HTTP/1.1; expected what"
                            + " Iceberg's protocol says");
            assertThat(refused.type()).isEqualTo(FailureType.TRANSIENT);
            assertThat(refused.helpsToTryAgain(1)).isTrue();
            assertThat(refused.helpsToTryAgain(100)).isFalse();
            assertThat(trace(refused)).doesNotContain(MARKER);
        }
    }

    @Test
    void aCatalogThatIsAwayIsTriedAgain() {
        open();
        server.close();
        LittoralException away = refusal();
        assertThat(away.type()).isEqualTo(FailureType.TRANSIENT);
        assertThat(away).hasMessage("Table catalog prod cannot be reached (ConnectException)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "nonsense " + MARKER,
                "{\"metadata\":",
                "{\"metadata-location\":7}",
                "{\"a\":\"" + MARKER,
                "{\"metadata\":{\"metadata-location\":\"/elsewhere\"}}",
                "{\"metadata-location\":\"\\u0000" + MARKER + "\"}",
                "{\"metadata-location\":\"\"}"
            })
    void whatIsNoAnswerOfTheProtocolIsNotBelieved(String body) throws Exception {
        open();
        server.fault = exchange -> {
            boolean isTable = exchange.getRequestURI().getPath().contains("/tables/");
            if (isTable) {
                IcebergServer.send(exchange, 200, body);
            }
            return isTable;
        };
        LittoralException refused = refusal();
        assertThat(refused.getMessage()).startsWith("Table catalog prod ").contains("expected");
        assertThat(trace(refused)).doesNotContain(MARKER);
    }

    /** Writes until the reader has enough. */
    private static boolean endless(HttpExchange exchange, String start) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().write(start.getBytes(UTF_8));
        byte[] more = "[1],".repeat(1 << 14).getBytes(UTF_8);
        try {
            while (true) {
                exchange.getResponseBody().write(more);
            }
        } catch (IOException closed) {
            return true;
        }
    }

    @Test
    void anEndlessAnswerIsReadUpToItsBound() {
        open();
        server.fault = exchange ->
                exchange.getRequestURI().getPath().contains("/tables/") && endless(exchange, "{\"metadata\":[");
        assertThat(refusal()).hasMessageContaining("answers with more than 134217728 bytes; expected what");
        server.fault = exchange -> endless(exchange, "{\"x\":[");
        catalog.close();
        open();
        assertThat(refusal()).hasMessageContaining("what is no JSON object");
    }

    @Test
    void theRestOfALongAnswerIsNotWaitedForOnceItSaysWhereTheMetadataIs() throws Exception {
        open();
        server.fault = exchange -> exchange.getRequestURI().getPath().contains("/tables/")
                && endless(exchange, "{\"metadata-location\":\"s3://lake/m.json\",\"metadata\":[");
        assertThat(ask()).isEqualTo("s3://lake/m.json");
    }

    @Test
    void ofAHostileConfigurationOnlyAPartOfThePathIsTaken() throws Exception {
        Table table = lake.create("sales.eu", "orders");
        server.overrides = "{\"io-impl\":\"evil.Io\",\"header.X-Evil\":\"" + MARKER + "\",\"token\":\"" + MARKER + "\","
                + "\"rest.auth.type\":\"none\",\"oauth2-server-uri\":\"http://127.0.0.1:1/\",\"metrics-reporter-impl\":"
                + "\"evil.Metrics\",\"uri\":\"" + server.address() + "\"}";
        server.vended = Map.of("s3.access-key-id", MARKER, "token", MARKER, "io-impl", "evil.Io");
        open("token", secret("mine"));
        assertThat(ask()).isEqualTo(metadata(table));
        assertThat(server.last().headers()).doesNotContainKeys("X-evil", "X-iceberg-access-delegation");
        assertThat(server.last().headers().getFirst("Authorization")).isEqualTo("Bearer mine");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'uri':'http://" + MARKER + ".example.com/iceberg'}",
                "{'uri':'https://127.0.0.1/iceberg'}",
                "{'uri':'file:///" + MARKER + "'}",
                "{'uri':'" + MARKER + "'}",
                "{'prefix':'../../" + MARKER + "'}",
                "{'prefix':'a?b=" + MARKER + "'}",
                "{'prefix':'a#" + MARKER + "'}",
                "{'prefix':'" + MARKER + "100%'}",
                "{'prefix':'" + MARKER + "%zz'}",
                "{'prefix':'%2e%2E/" + MARKER + "'}",
                "{'prefix':'a%2F..%2f" + MARKER + "'}",
                "{'namespace-separator':'/'}"
            })
    void aConfigurationThatLeadsElsewhereIsRefused(String overrides) {
        server.overrides = overrides.replace('\'', '"');
        open();
        LittoralException refused = refusal();
        assertThat(refused.getMessage()).startsWith("Table catalog prod ").contains("expected");
        assertThat(trace(refused)).doesNotContain(MARKER);
        assertThat(server.requests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{'prefix':'100%'}", "{'prefix':'a%zz'}", "{'prefix':'elsewhere/v1'}", "{'uri':'BASE/else'}"})
    void aConfigurationThatWasWrongOnceIsAskedForAgain(String overrides) throws Exception {
        Table table = lake.create("sales.eu", "orders");
        server.overrides =
                overrides.replace('\'', '"').replace("BASE", server.address().toString());
        server.fault = exchange -> {
            boolean isLost = exchange.getRequestURI().getPath().contains("else");
            if (isLost) {
                IcebergServer.error(exchange, 400, "BadRequestException", "what is that");
            }
            return isLost;
        };
        open();
        assertThat(refusal().getMessage()).startsWith("Table catalog prod ").contains("expected");
        server.overrides = "{}";
        assertThat(ask()).isEqualTo(metadata(table));
        assertThat(ask()).isEqualTo(metadata(table));
    }

    @Test
    void aConfigurationOfSoManyValuesThatTheyFillMemoryIsNone() {
        server.overrides = "{\"x\":[1" + ",1".repeat(100_000) + "]}";
        open();
        assertThat(refusal()).hasMessageContaining("what is no JSON object");
    }

    @Test
    void anAddressOfMoreCharactersThanAnyHasIsRefused() {
        server.overrides = "{\"uri\":\"" + server.address() + "/".repeat(50_000) + "x\"}";
        open();
        int length = server.address().toString().length() + 50_001;
        assertThat(refusal())
                .hasMessage("Table catalog prod says that it is at an address of " + length
                        + " characters; expected at most 2048");
    }

    @Test
    void aPathOnTheSameHostIsFollowed() throws Exception {
        lake.create("sales.eu", "orders");
        server.overrides = "{\"uri\":\"" + server.address() + "/main/\"}";
        open();
        ask();
        assertThat(server.last().uri()).startsWith("/iceberg/main/v1/namespaces/");
    }

    @Test
    void aSignerGetsWhatIsSent() throws Exception {
        lake.create("sales.eu", "orders");
        open("rest.sigv4-enabled", "true");
        ask();
        assertThat(server.last().headers().getFirst("X-Signed"))
                .isEqualTo("/iceberg/v1/namespaces/sales%1Feu/tables/orders");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "token | " + MARKER + " | The property token of table catalog prod is in no place that is known",
                "credential | a:" + MARKER + " | The property credential of table catalog prod is in no place",
                "warehous | x | Table catalog prod has the unknown property warehous; expected audience, credential",
                "oauth2-server-uri | http://u:" + MARKER + "@h/ | The oauth2-server-uri of table catalog prod is no",
            })
    void aPropertyThatIsNotRightIsRefusedByItsName(String key, String value, String sentence) {
        assertThatThrownBy(() -> open(key, value, key.startsWith("oauth2") ? "credential" : "scope", "env:HOME"))
                .isInstanceOf(LittoralException.class)
                .hasMessageStartingWith(sentence)
                .hasMessageNotContaining(MARKER);
    }

    @Test
    void anAddressHasNoSecretAndOneWayToAsk() {
        for (String uri :
                List.of("https://u:" + MARKER + "@host/", "https://host/?x=" + MARKER, "https:///" + MARKER)) {
            assertThatThrownBy(() -> RestTableCatalog.open(
                            new TableCatalogSettings("prod", uri, Map.of()), (settings, base) -> null))
                    .hasMessageStartingWith("The address of table catalog prod is no plain URL")
                    .hasMessageNotContaining(MARKER);
        }
        assertThatThrownBy(() -> open("token", "env:A", "credential", "env:B"))
                .hasMessageStartingWith("Table catalog prod has token and credential; expected one of them");
    }
}
