package dev.littoral.activities.tablecatalog.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.spec.CatalogTable;
import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where the tables of a catalog are, as its own configuration says. Only the prefix of paths, the separator of
 * namespaces and a path on the catalog's own host are taken from it; classes, credentials, headers and other hosts are
 * not.
 *
 * @param base without a slash at its end
 * @param prefix a part of the path, or empty
 * @param separator what stands between the levels of a namespace, percent-encoded
 */
record CatalogConfig(URI base, String prefix, String separator) {
    private static final String SEPARATOR = "%1F";
    private static final int MAX_ADDRESS = 2048;
    private static final Pattern PREFIX = Pattern.compile("([ -\"$&->@-~]|%[0-9A-Fa-f]{2}){0,1024}");
    private static final Pattern SEPARATORS = Pattern.compile("(%[0-9A-Fa-f]{2}|[A-Za-z0-9._~-]){1,8}");

    /** What stands in a path as it is; a percent sign is of something that is encoded already. */
    private static final String IN_PATH = "!$%&'()*+,;=:@-._~/";

    /**
     * The configuration in an answer.
     *
     * @param words how messages begin that are about the catalog
     * @param ownPrefix the worker's, or empty
     */
    static CatalogConfig of(String body, String words, URI base, String ownPrefix) {
        JsonNode json;
        try {
            json = Answers.JSON.readTree(body);
        } catch (JsonProcessingException e) {
            json = null;
        }
        if (json == null || !json.isObject()) {
            throw LittoralException.strangeReply(
                    words + " answers for its configuration with what is no JSON object; expected one", null);
        }
        JsonNode overrides = json.path("overrides");
        JsonNode defaults = json.path("defaults");
        String prefix = overrides
                .path("prefix")
                .asText(ownPrefix.isEmpty() ? defaults.path("prefix").asText("") : ownPrefix);
        String separator = overrides
                .path("namespace-separator")
                .asText(defaults.path("namespace-separator").asText(SEPARATOR));
        if (!PREFIX.matcher(prefix).matches()
                || leadsUp(prefix)
                || !SEPARATORS.matcher(separator).matches()) {
            throw LittoralException.strangeReply(
                    words + " has a prefix or a separator of namespaces that is none; expected a part of a path", null);
        }
        return new CatalogConfig(moved(words, base, overrides.path("uri").asText("")), prefix, separator);
    }

    /** Whether a part of it is the folder above, also where that is percent-encoded. */
    private static boolean leadsUp(String prefix) {
        String plain = prefix.replaceAll("%2[Ee]", ".").replaceAll("%2[Ff]", "/");
        return Arrays.asList(plain.split("/", -1)).contains("..");
    }

    private static URI moved(String words, URI base, String uri) {
        if (uri.isEmpty()) {
            return base;
        }
        if (uri.length() > MAX_ADDRESS) {
            throw LittoralException.strangeReply(
                    words + " says that it is at an address of " + uri.length() + " characters; expected at most "
                            + MAX_ADDRESS,
                    null);
        }
        try {
            URI other = URI.create(uri);
            if (isSameHost(base, other) && other.getRawQuery() == null && other.getRawFragment() == null) {
                return withoutSlash(other);
            }
        } catch (IllegalArgumentException e) {
            // It is no address at all; the message would repeat it.
        }
        throw LittoralException.input(words + " says that it is at another host; expected the one that --table-catalog"
                + " names, as credentials go to no other: name that one there if it is right");
    }

    private static boolean isSameHost(URI one, URI other) {
        return one.getScheme().equalsIgnoreCase(other.getScheme())
                && one.getHost().equalsIgnoreCase(other.getHost())
                && other.getRawUserInfo() == null
                && port(one) == port(other);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0
                ? uri.getPort()
                : uri.getScheme().toLowerCase(Locale.ROOT).equals("https") ? 443 : 80;
    }

    /** An address without the slashes at its end. */
    static URI withoutSlash(URI uri) {
        String text = uri.toString();
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '/') {
            end--;
        }
        return URI.create(text.substring(0, end));
    }

    /** Where a table is; of its snapshots only those that have a name are asked for. */
    URI table(CatalogTable table) {
        String namespace =
                table.namespace().stream().map(CatalogConfig::encoded).collect(Collectors.joining(separator));
        return URI.create(base + "/v1/" + (prefix.isEmpty() ? "" : path(prefix) + "/") + "namespaces/" + namespace
                + "/tables/" + encoded(table.table()) + "?snapshots=refs");
    }

    /** A text as one part of a path, or one value of a query. */
    static String encoded(String text) {
        return encoded(text, "-._~");
    }

    private static String path(String text) {
        return encoded(text.replaceFirst("^/+", "").replaceFirst("/+$", ""), IN_PATH);
    }

    private static String encoded(String text, String plain) {
        StringBuilder encoded = new StringBuilder();
        for (byte each : text.getBytes(UTF_8)) {
            char c = (char) (each & 0xff);
            boolean isPlain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (isPlain || plain.indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append('%').append(String.format(Locale.ROOT, "%02X", (int) c));
            }
        }
        return encoded.toString();
    }
}
