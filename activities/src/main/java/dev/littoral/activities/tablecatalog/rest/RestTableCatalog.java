package dev.littoral.activities.tablecatalog.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.tablecatalog.MetadataPointer;
import dev.littoral.activities.tablecatalog.TableCatalog;
import dev.littoral.activities.tablecatalog.TableCatalogSettings;
import dev.littoral.workflows.spec.CatalogTable;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A catalog that speaks Iceberg's REST protocol. A table is asked for with the ETag of the answer before, which a
 * catalog may answer with 304 and nothing else.
 */
public final class RestTableCatalog implements TableCatalog {
    private static final Set<String> KEYS = Set.of(
            "warehouse",
            "prefix",
            "token",
            "credential",
            "scope",
            "audience",
            "resource",
            "oauth2-server-uri",
            "profile",
            "rest.sigv4-enabled",
            "rest.signing-name",
            "rest.signing-region");

    private static final Pattern ETAG = Pattern.compile("(W/)?\"[!#-~]{0,512}\"");

    /** Tables whose answers are remembered, of some hundred bytes each. */
    private static final int MAX_KNOWN = 10_000;

    private static final int NOT_MODIFIED = 304;
    private static final int UNAUTHORIZED = 401;
    private static final int EXPIRED = 419;
    private static final int NOT_FOUND = 404;

    private final TableCatalogSettings settings;
    private final URI base;
    private final CatalogHttp http;
    private final Authorization authorization;
    private final Map<CatalogTable, Known> known = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<CatalogTable, Known> eldest) {
            return size() > MAX_KNOWN;
        }
    });

    /** Null before it was asked for, and after no table was had by it: the catalog may have said something wrong. */
    private volatile CatalogConfig config;

    private RestTableCatalog(TableCatalogSettings settings, URI base, CatalogHttp http, Authorization authorization) {
        this.settings = settings;
        this.base = base;
        this.http = http;
        this.authorization = authorization;
    }

    /** What a catalog said of a table, and the ETag of that. */
    private record Known(String etag, String location) {}

    /** Whether an address is of this kind. */
    public static boolean isAddress(String uri) {
        return uri.regionMatches(true, 0, "https://", 0, 8) || uri.regionMatches(true, 0, "http://", 0, 7);
    }

    /**
     * A catalog. Sends nothing.
     *
     * @throws LittoralException INPUT when a setting is not right, without repeating what may be secret
     */
    public static RestTableCatalog open(TableCatalogSettings settings, RequestSigner.Factory signers) {
        return open(settings, signers, CatalogHttp.TIMEOUT, Clock.systemUTC());
    }

    static RestTableCatalog open(
            TableCatalogSettings settings, RequestSigner.Factory signers, Duration timeout, Clock clock) {
        settings.requireKeys(KEYS);
        URI base = CatalogConfig.withoutSlash(address(settings, "address", settings.uri()));
        CatalogHttp http = new CatalogHttp(settings.words(), timeout);
        try {
            return new RestTableCatalog(settings, base, http, authorization(settings, base, signers, http, clock));
        } catch (RuntimeException e) {
            http.close();
            throw e;
        }
    }

    private static Authorization authorization(
            TableCatalogSettings settings, URI base, RequestSigner.Factory signers, CatalogHttp http, Clock clock) {
        String sigV4 = settings.value("rest.sigv4-enabled").orElse("false").toLowerCase(Locale.ROOT);
        if (!sigV4.equals("true") && !sigV4.equals("false")) {
            throw LittoralException.input(
                    settings.words() + " has rest.sigv4-enabled that is neither; expected true or false");
        }
        boolean signs = sigV4.equals("true");
        List<String> ways = Stream.of("token", "credential", "rest.sigv4-enabled")
                .filter(key ->
                        key.startsWith("rest.") ? signs : settings.value(key).isPresent())
                .toList();
        if (ways.size() > 1) {
            throw LittoralException.input(settings.words() + " has " + String.join(" and ", ways)
                    + "; expected one of them, as each says how it is asked");
        }
        if (signs) {
            RequestSigner signer = signers.of(settings, base);
            return (uri, requests) -> signer.sign(uri);
        }
        if (settings.secret("token").isPresent()) {
            return new StaticToken(settings.secret("token").get());
        }
        if (settings.secret("credential").isEmpty()) {
            return Authorization.NONE;
        }
        Map<String, String> parameters = new TreeMap<>();
        parameters.put("scope", settings.value("scope").orElse("catalog"));
        for (String key : List.of("audience", "resource")) {
            settings.value(key).ifPresent(value -> parameters.put(key, value));
        }
        URI server = settings.value("oauth2-server-uri")
                .map(uri -> address(settings, "oauth2-server-uri", isAddress(uri) ? uri : base + "/" + uri))
                .orElse(URI.create(base + "/v1/oauth/tokens"));
        return new OAuth2Token(
                http, settings.words(), server, settings.secret("credential").get(), parameters, clock);
    }

    /** The value may hold a password, so it is not repeated. */
    private static URI address(TableCatalogSettings settings, String what, String text) {
        try {
            URI uri = new URI(text);
            if (uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Refused below, as one without a host is.
        }
        throw LittoralException.input("The " + what + " of table catalog " + settings.name()
                + " is no plain URL; expected one like https://host/path, without a user, a query or a fragment");
    }

    @Override
    public String metadataLocation(CatalogTable table, StoreObserver requests) throws InterruptedException {
        CatalogConfig now = config;
        boolean isRight = false;
        try {
            if (now == null) {
                now = configuration(requests);
            }
            URI uri = now.table(table);
            config = now;
            String location = load(uri, table, requests);
            isRight = true;
            return location;
        } finally {
            if (!isRight) {
                config = null;
            }
        }
    }

    private String load(URI uri, CatalogTable table, StoreObserver requests) throws InterruptedException {
        Known before = known.get(table);
        CatalogHttp.Reply reply = get(uri, LOAD, Optional.ofNullable(before), requests);
        if (reply.status() == NOT_MODIFIED && before != null) {
            return before.location();
        }
        if (!reply.isOk()) {
            throw refusal(table, reply);
        }
        String location = reply.location()
                .orElseThrow(() -> LittoralException.input(settings.words() + " says of table " + table.fullName()
                        + " no metadata-location; expected a table that was committed"));
        if (!MetadataPointer.isAddress(location)) {
            throw LittoralException.strangeReply(
                    settings.words() + " says of table " + table.fullName()
                            + " a metadata-location that is none; expected an address",
                    null);
        }
        reply.etag()
                .filter(etag -> ETAG.matcher(etag).matches())
                .ifPresentOrElse(etag -> known.put(table, new Known(etag, location)), () -> known.remove(table));
        return location;
    }

    private LittoralException refusal(CatalogTable table, CatalogHttp.Reply reply) {
        return switch (reply.status() == NOT_FOUND ? type(reply.text()) : "") {
            case "NoSuchTableException" ->
                LittoralException.input(settings.words() + " has no table " + table.table() + " in namespace "
                        + table.namespaceName() + "; expected one that is there and that it may show");
            case "NoSuchNamespaceException" ->
                LittoralException.input(settings.words() + " has no namespace " + table.namespaceName()
                        + ", where table " + table.table() + " is looked for; expected one that is there");
            default ->
                http.failure(reply.status(), "for table " + table.fullName(), "the table, which this worker may see");
        };
    }

    /** What the catalog calls its refusal. Only compared, never shown: it may be anything. */
    private static String type(String body) {
        try {
            return Answers.JSON.readTree(body).path("error").path("type").asText("");
        } catch (JsonProcessingException e) {
            return "";
        }
    }

    private CatalogConfig configuration(StoreObserver requests) throws InterruptedException {
        URI uri = URI.create(base + "/v1/config"
                + settings.value("warehouse")
                        .map(warehouse -> "?warehouse=" + CatalogConfig.encoded(warehouse))
                        .orElse(""));
        CatalogHttp.Reply reply = get(uri, CONFIG, Optional.empty(), requests);
        if (!reply.isOk()) {
            throw http.failure(
                    reply.status(),
                    "for its configuration",
                    "that, at the address of a REST catalog without /v1"
                            + (settings.value("warehouse").isPresent()
                                    ? ", and of the warehouse that is set"
                                    : ", or a warehouse is to be set"));
        }
        return CatalogConfig.of(
                reply.text(), settings.words(), base, settings.value("prefix").orElse(""));
    }

    private CatalogHttp.Reply get(URI uri, String kind, Optional<Known> before, StoreObserver requests)
            throws InterruptedException {
        Map<String, List<String>> headers = authorization.headers(uri, requests);
        CatalogHttp.Reply reply = send(uri, headers, kind, before, requests);
        boolean refused = reply.status() == UNAUTHORIZED || reply.status() == EXPIRED;
        return refused && authorization.renews(headers)
                ? send(uri, authorization.headers(uri, requests), kind, before, requests)
                : reply;
    }

    private CatalogHttp.Reply send(
            URI uri, Map<String, List<String>> headers, String kind, Optional<Known> before, StoreObserver requests)
            throws InterruptedException {
        HttpRequest.Builder request = CatalogHttp.request(uri, headers);
        before.ifPresent(earlier -> request.header("If-None-Match", earlier.etag()));
        return http.send(request, kind, kind.equals(LOAD), requests);
    }

    @Override
    public void close() {
        http.close();
    }
}
