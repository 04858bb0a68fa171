package dev.littoral.activities.tablecatalog.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.secret.SecretPlace;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.tablecatalog.TableCatalog;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * A token of OAuth2 for a client's credentials. It is kept while it is valid, and another one is asked for shortly
 * before it ends, or once the catalog refuses it. Threads that wait for a token share what comes of the request that
 * they wait for, also where it fails: a server that hangs keeps none for longer than one request.
 */
final class OAuth2Token implements Authorization {

    /** A token is renewed when so much of its life is over. */
    private static final double USED_SHARE = 0.9;

    private static final long MAX_SECONDS = 366L * 24 * 3600;

    private final CatalogHttp http;
    private final String words;
    private final URI server;
    private final SecretPlace credential;
    private final Map<String, String> parameters;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();

    /** Null before there is one, and after it was refused. */
    private volatile Granted granted;

    /** How the last request that failed did, or null. */
    private volatile LittoralException failed;

    /**
     * A token.
     *
     * @param words how messages begin that are about the catalog
     * @param server where tokens are
     * @param credential {@code id:secret}, or a secret alone
     * @param parameters of a request besides the credential, such as its scope
     */
    OAuth2Token(
            CatalogHttp http,
            String words,
            URI server,
            SecretPlace credential,
            Map<String, String> parameters,
            Clock clock) {
        this.http = http;
        this.words = words;
        this.server = server;
        this.credential = credential;
        this.parameters = parameters;
        this.clock = clock;
    }

    private record Granted(BearerToken token, Instant until) {}

    @Override
    public Map<String, List<String>> headers(URI uri, StoreObserver requests) throws InterruptedException {
        LittoralException before = failed;
        lock.lockInterruptibly();
        try {
            Granted now = granted;
            if (now == null || !clock.instant().isBefore(now.until())) {
                LittoralException since = failed;
                if (since != null && since != before) {
                    throw since;
                }
                now = ask(requests);
                granted = now;
            }
            return now.token().headers();
        } catch (LittoralException e) {
            failed = e;
            throw e;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean renews(Map<String, List<String>> refused) {
        Granted now = granted;
        if (now != null && now.token().headers().equals(refused)) {
            granted = null;
        }
        return true;
    }

    private Granted ask(StoreObserver requests) throws InterruptedException {
        String secret = credential.read();
        int colon = secret.indexOf(':');
        Map<String, String> form = new TreeMap<>(parameters);
        form.put("grant_type", "client_credentials");
        if (colon > 0) {
            form.put("client_id", secret.substring(0, colon));
        }
        form.put("client_secret", secret.substring(colon + 1));
        String body = form.entrySet().stream()
                .map(each -> each.getKey() + "=" + URLEncoder.encode(each.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
        Instant asked = clock.instant();
        CatalogHttp.Reply reply = http.send(
                HttpRequest.newBuilder(server)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(body)),
                TableCatalog.TOKEN,
                false,
                requests);
        if (!reply.isOk()) {
            // Where a credential is wrong, OAuth2 says 400 or 401.
            int status = reply.status() == 400 ? 401 : reply.status();
            throw http.failure(status, "for a token", "one for the credential in " + credential.where());
        }
        return granted(reply.text(), asked);
    }

    private Granted granted(String body, Instant asked) {
        try {
            JsonNode json = Answers.JSON.readTree(body);
            String token = json == null ? "" : json.path("access_token").asText("");
            if (BearerToken.isRight(token)) {
                long seconds = json.path("expires_in").asLong(MAX_SECONDS);
                long used = (long) (Math.clamp(seconds, 0, MAX_SECONDS) * USED_SHARE);
                return new Granted(new BearerToken(token), asked.plusSeconds(used));
            }
        } catch (JsonProcessingException e) {
            // Its message, and the body, may have a token.
        }
        throw LittoralException.strangeReply(
                words + " answers for a token with what has none; expected a JSON object with access_token", null);
    }
}
