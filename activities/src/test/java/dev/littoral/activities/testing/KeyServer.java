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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An S3 server on loopback that lists any number of keys of one bucket, as many as no real server is filled with in a
 * test, and reads ranges of them, which all have one content. It answers after a latency. Keys are ASCII.
 */
public final class KeyServer implements AutoCloseable {
    /** Its bucket. */
    public static final String BUCKET = "bucket";

    private static final int PAGE = 1_000;

    /** For what shows only where a store takes longer than the machine, which may be busy: one of them is enough. */
    public static final List<Duration> LATENCIES =
            List.of(Duration.ofMillis(20), Duration.ofMillis(200), Duration.ofSeconds(2));

    static {
        // Else each answer waits for the client to acknowledge its head.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        // Else it closes connections under a client that has more of them.
        System.setProperty("sun.net.httpserver.maxIdleConnections", "2000");
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final String[] keys;
    private final Duration latency;
    private final byte[] content;
    private final int mostGets;
    private final List<String> rewritten = new CopyOnWriteArrayList<>();
    private volatile String readsWith = "";
    private final AtomicInteger lists = new AtomicInteger();
    private final AtomicInteger pages = new AtomicInteger();
    private final AtomicInteger mostPages = new AtomicInteger();
    private final AtomicInteger gets = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger other = new AtomicInteger();
    private final AtomicInteger reading = new AtomicInteger();
    private final AtomicInteger mostReading = new AtomicInteger();

    /** A server of names. */
    public KeyServer(Collection<String> keys, Duration latency) {
        this(keys, latency, new byte[100], Integer.MAX_VALUE);
    }

    /**
     * A server.
     *
     * @param mostGets more reads at once are answered with 503 SlowDown
     */
    public KeyServer(Collection<String> keys, Duration latency, byte[] content, int mostGets) {
        this.content = content;
        this.mostGets = mostGets;
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

    /** How often a range was read. */
    public int gets() {
        return gets.get();
    }

    /** How often it was asked to read and refused. */
    public int refused() {
        return refused.get();
    }

    /** Requests that neither list nor read. */
    public int other() {
        return other.get();
    }

    /** The most reads that went on at the same time. */
    public int mostGetsAtOnce() {
        return mostReading.get();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestMethod().equals("GET")) {
                other.incrementAndGet();
                exchange.sendResponseHeaders(501, -1);
            } else if (exchange.getRequestURI().getRawQuery() == null) {
                read(exchange);
            } else {
                list(exchange);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(HttpExchange exchange) throws IOException, InterruptedException {
        try {
            int now = reading.incrementAndGet();
            if (now > mostGets) {
                refused.incrementAndGet();
                answer(exchange, 503, "<Error><Code>SlowDown</Code></Error>");
                return;
            }
            mostReading.accumulateAndGet(now, Math::max);
            gets.incrementAndGet();
            Thread.sleep(latency);
        } finally {
            reading.decrementAndGet();
        }
        String key = exchange.getRequestURI().getPath().substring(BUCKET.length() + 2);
        String[] range = exchange.getRequestHeaders()
                .getFirst("Range")
                .substring("bytes=".length())
                .split("-", 2);
        int from = Integer.parseInt(range[0]);
        int to = Integer.parseInt(range[1]) + 1;
        exchange.getResponseHeaders().set("ETag", '"' + readsWith + etag(key) + '"');
        exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + content.length);
        exchange.sendResponseHeaders(206, to - from);
        exchange.getResponseBody().write(content, from, to - from);
    }

    private void list(HttpExchange exchange) throws IOException, InterruptedException {
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
        answer(exchange, 200, page(query));
    }

    private static void answer(HttpExchange exchange, int status, String xml) throws IOException {
        byte[] body = xml.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/xml");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    /** From now on reads are answered with ETags that begin so, and listings name them without. */
    public void readWith(String beginning) {
        readsWith = beginning;
    }

    /** Objects whose keys start so are written again: they have other ETags. */
    public void rewrite(String prefix) {
        rewritten.add(prefix);
    }

    private String etag(String key) {
        return Integer.toHexString(key.hashCode())
                + rewritten.stream().filter(key::startsWith).count();
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
                        .append(etag(last))
                        .append("&quot;</ETag><Size>")
                        .append(content.length)
                        .append("</Size></Contents>");
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
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult><Name>" + BUCKET
                + "</Name><EncodingType>url</EncodingType>"
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
