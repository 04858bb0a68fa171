package dev.littoral.activities.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An S3 server on loopback that has only names: it lists any number of keys of one bucket, as many as no real server is filled
 * with in a test, each page after a latency. Keys are ASCII.
 */
public final class KeyServer implements AutoCloseable {
    private static final int PAGE = 1_000;

    static {
        // Else each answer waits for the client to acknowledge its head.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final String[] keys;
    private final Duration latency;
    private final AtomicInteger lists = new AtomicInteger();
    private final AtomicInteger pages = new AtomicInteger();
    private final AtomicInteger mostPages = new AtomicInteger();

    public KeyServer(Collection<String> keys, Duration latency) {
        this.keys = keys.stream().sorted().distinct().toArray(String[]::new);
        this.latency = latency;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** How often it was asked for a page, of whatever size. */
    public int lists() {
        return lists.get();
    }

    /** The most whole pages that it was asked for at the same time. */
    public int mostAtOnce() {
        return mostPages.get();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            Map<String, String> query = query(exchange.getRequestURI());
            lists.incrementAndGet();
            boolean whole = !query.containsKey("delimiter") && !query.containsKey("max-keys");
            if (whole) {
                mostPages.accumulateAndGet(pages.incrementAndGet(), Math::max);
            }
            Thread.sleep(latency);
            if (whole) {
                pages.decrementAndGet();
            }
            byte[] page = page(query).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/xml");
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Map<String, String> query(URI uri) {
        Map<String, String> query = new HashMap<>();
        for (String part : uri.getRawQuery().split("&", -1)) {
            String[] pair = part.split("=", 2);
            query.put(pair[0], pair.length < 2 ? "" : URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
        }
        return query;
    }

    private String page(Map<String, String> query) {
        String prefix = query.getOrDefault("prefix", "");
        String delimiter = query.get("delimiter");
        int most = Math.min(PAGE, Integer.parseInt(query.getOrDefault("max-keys", "1000")));
        String after = query.getOrDefault("continuation-token", query.getOrDefault("start-after", ""));
        int at = Math.max(above(after), at(prefix));
        StringBuilder listed = new StringBuilder();
        int count = 0;
        String last = null;
        while (at < keys.length && keys[at].startsWith(prefix) && count < most) {
            int end = delimiter == null ? -1 : keys[at].indexOf(delimiter, prefix.length());
            if (end < 0) {
                last = keys[at++];
                listed.append("<Contents><Key>")
                        .append(encoded(last))
                        .append("</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;")
                        .append(Integer.toHexString(last.hashCode()))
                        .append("&quot;</ETag><Size>100</Size></Contents>");
            } else {
                String folder = keys[at].substring(0, end + 1);
                last = folder + '\uffff';
                at = above(last);
                listed.append("<CommonPrefixes><Prefix>")
                        .append(encoded(folder))
                        .append("</Prefix></CommonPrefixes>");
            }
            count++;
        }
        boolean more = at < keys.length && keys[at].startsWith(prefix);
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult><Name>b</Name><EncodingType>url</EncodingType>"
                + "<KeyCount>" + count + "</KeyCount><IsTruncated>" + more + "</IsTruncated>"
                + (more ? "<NextContinuationToken>" + last + "</NextContinuationToken>" : "")
                + listed + "</ListBucketResult>";
    }

    /** The place of the first key that is greater. */
    private int above(String key) {
        int place = Arrays.binarySearch(keys, key);
        return place < 0 ? -place - 1 : place + 1;
    }

    private int at(String key) {
        int place = Arrays.binarySearch(keys, key);
        return place < 0 ? -place - 1 : place;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
