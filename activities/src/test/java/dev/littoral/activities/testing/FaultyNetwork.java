package dev.littoral.activities.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The way to an S3 server on a bad day: a proxy on loopback that delays, breaks off, refuses, repeats and loses. What
 * happens to the n-th request follows from the seed and n alone. Faults come in spells, as they do: in most spells a
 * few of every kind, in some a storm of one.
 */
public final class FaultyNetwork implements AutoCloseable {
    /** What can happen to a request. */
    public enum Fault {
        /** It is passed on a little later. */
        LATENCY,
        /** The connection is reset before the server sees anything. */
        RESET,
        /** Nobody sees it, and nobody answers. */
        SWALLOWED,
        /** The server does it, and the connection is reset instead of the answer. */
        ANSWER_LOST,
        /** The server does it, and no answer ever comes. */
        ANSWER_SWALLOWED,
        /** 503, and nothing was done. */
        SLOW_DOWN,
        /** 503, though it was done. */
        SLOW_DOWN_DONE,
        /** 409, and nothing was done. */
        CONFLICT,
        /** 409, though it was done. */
        CONFLICT_DONE,
        /** The answer breaks off within its head. */
        HEAD_CUT,
        /** The answer breaks off within its body. */
        BODY_CUT,
        /** The connection is reset, and the server sees the request seconds later. */
        LATE,
        /** The server sees it twice, and the second answer comes back. */
        TWICE
    }

    /** A spell: how many of a thousand requests meet which fault. */
    private record Spell(Map<Fault, Integer> perThousand) {
        private static final Spell FAIR = new Spell(Map.of(Fault.LATENCY, 20, Fault.RESET, 2));
        private static final Spell MIXED = everything(5);
        private static final Spell ROUGH = everything(12);
        private static final Spell SLOW =
                new Spell(Map.of(Fault.LATENCY, 500, Fault.SWALLOWED, 4, Fault.ANSWER_SWALLOWED, 4));
        private static final Spell BUSY = new Spell(Map.of(Fault.SLOW_DOWN, 500, Fault.SLOW_DOWN_DONE, 80));
        private static final Spell CONTENDED = new Spell(Map.of(Fault.CONFLICT, 250, Fault.CONFLICT_DONE, 250));
        private static final Spell RESETS = new Spell(Map.of(Fault.RESET, 200, Fault.ANSWER_LOST, 200));
        private static final Spell CUTS = new Spell(Map.of(Fault.HEAD_CUT, 200, Fault.BODY_CUT, 200));
        private static final Spell LAG = new Spell(Map.of(Fault.LATE, 250, Fault.TWICE, 150));

        private static Spell everything(int perThousand) {
            Map<Fault, Integer> all = new EnumMap<>(Fault.class);
            for (Fault fault : Fault.values()) {
                all.put(fault, perThousand);
            }
            // These cost seconds each.
            all.put(Fault.SWALLOWED, 2);
            all.put(Fault.ANSWER_SWALLOWED, 2);
            return new Spell(all);
        }

        static Spell of(SplittableRandom random) {
            return switch (random.nextInt(14)) {
                case 0, 1 -> FAIR;
                case 2, 3, 4, 5 -> MIXED;
                case 6, 7 -> ROUGH;
                case 8 -> SLOW;
                case 9 -> BUSY;
                case 10 -> CONTENDED;
                case 11 -> RESETS;
                case 12 -> CUTS;
                default -> LAG;
            };
        }
    }

    private static final int SPELL_REQUESTS = 150;
    /** Longer than a client waits for an answer, so that it is always the client who gives up. */
    private static final long LONG_SILENCE_MILLIS = 36_000;

    private static final Pattern LENGTH = Pattern.compile("(?im)^Content-Length: *(\\d+)");
    private static final Pattern CONNECTION = Pattern.compile("(?im)^Connection: *[\\w-]+\r\n");
    private static final Pattern EXPECT = Pattern.compile("(?im)^Expect: *100-continue\r\n");
    private static final Pattern FRAMED = Pattern.compile("(?im)^(Content-Length: *\\d+|Transfer-Encoding: *chunked)");
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket socket;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final URI target;
    private final long seed;
    private final AtomicLong requests = new AtomicLong();
    private final AtomicInteger held = new AtomicInteger();
    private final Map<Fault, AtomicLong> counts = new EnumMap<>(Fault.class);
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean calm = true;

    /** A network that is calm until {@link #rage}. */
    public FaultyNetwork(URI target, long seed) {
        this.target = target;
        this.seed = seed;
        for (Fault fault : Fault.values()) {
            counts.put(fault, new AtomicLong());
        }
        try {
            socket = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }

    /** From now on faults happen. */
    public void rage() {
        calm = false;
    }

    /** From now on no request meets a fault. Requests that are held back already stay so for their time. */
    public void calm() {
        calm = true;
    }

    /** Whether no request is held back any more. */
    public boolean isQuiet() {
        return held.get() == 0;
    }

    /** The requests so far. */
    public long requests() {
        return requests.get();
    }

    /** The faults so far. */
    public Map<Fault, Long> faults() {
        Map<Fault, Long> faults = new EnumMap<>(Fault.class);
        counts.forEach((fault, count) -> faults.put(fault, count.get()));
        return faults;
    }

    @Override
    public void close() {
        try {
            socket.close();
            for (Socket connection : connections) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdownNow();
    }

    // ------------------------------------------------------------------ what happens

    /**
     * What happens to a request.
     *
     * @param fault null for nothing
     * @param random for what is left to chance in it
     */
    private record Fate(Fault fault, SplittableRandom random) {}

    private Fate fate(long number) {
        Spell spell = Spell.of(random(number / SPELL_REQUESTS, 1));
        SplittableRandom random = random(number, 2);
        int at = random.nextInt(1_000);
        for (Fault fault : Fault.values()) {
            at -= spell.perThousand().getOrDefault(fault, 0);
            if (at < 0) {
                return new Fate(fault, random);
            }
        }
        return new Fate(null, random);
    }

    private SplittableRandom random(long number, int purpose) {
        return new SplittableRandom(new SplittableRandom(seed + purpose).nextLong() + number * 0x9e3779b97f4a7c15L);
    }

    private void accept() {
        while (true) {
            try {
                Socket connection = socket.accept();
                connections.add(connection);
                threads.execute(() -> serve(connection));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(connection.getInputStream());
            boolean open = true;
            while (open) {
                byte[] request = request(in, connection);
                open = request.length > 0 && answer(connection, request);
            }
        } catch (IOException | InterruptedException gone) {
            // The client, or the test, went away first.
            return;
        } finally {
            connections.remove(connection);
        }
    }

    /** Answers one request, and tells whether the connection goes on. */
    private boolean answer(Socket connection, byte[] request) throws IOException, InterruptedException {
        long number = requests.getAndIncrement();
        Fate fate = calm ? new Fate(null, null) : fate(number);
        if (fate.fault() == null) {
            return reply(connection, request, passOn(request));
        }
        counts.get(fate.fault()).incrementAndGet();
        return switch (fate.fault()) {
            case LATENCY -> {
                Thread.sleep(20 + fate.random().nextInt(400));
                yield reply(connection, request, passOn(request));
            }
            case RESET -> reset(connection);
            case SWALLOWED -> swallow(connection, fate);
            case ANSWER_LOST -> {
                passOn(request);
                yield reset(connection);
            }
            case ANSWER_SWALLOWED -> {
                passOn(request);
                yield swallow(connection, fate);
            }
            case SLOW_DOWN -> error(connection, 503, "SlowDown");
            case SLOW_DOWN_DONE -> {
                passOn(request);
                yield error(connection, 503, "SlowDown");
            }
            case CONFLICT -> conflict(connection, request);
            case CONFLICT_DONE -> {
                passOn(request);
                yield conflict(connection, request);
            }
            case HEAD_CUT -> {
                byte[] answer = passOn(request);
                // Behind the first line, which says how it went.
                int line = lineEnd(answer);
                yield cut(connection, answer, line + fate.random().nextInt(Math.max(1, headEnd(answer) - line)));
            }
            case BODY_CUT -> {
                byte[] answer = passOn(request);
                int head = headEnd(answer);
                yield cut(connection, answer, head + fate.random().nextInt(answer.length - head + 1));
            }
            case LATE -> {
                later(request, 200L + fate.random().nextInt(fate.random().nextInt(5) == 0 ? 15_000 : 2_000));
                yield reset(connection);
            }
            case TWICE -> {
                passOn(request);
                yield reply(connection, request, passOn(request));
            }
        };
    }

    /** What stores say of writes that are in each other's way; a read they would only ask to slow down. */
    private static boolean conflict(Socket connection, byte[] request) throws IOException {
        return request[0] == 'P'
                ? error(connection, 409, "ConditionalRequestConflict")
                : error(connection, 503, "SlowDown");
    }

    private static boolean error(Socket connection, int status, String code) throws IOException {
        connection.getOutputStream().write(FakeS3.error(status, code));
        return false;
    }

    private static boolean cut(Socket connection, byte[] answer, int length) throws IOException {
        connection.getOutputStream().write(answer, 0, length);
        return false;
    }

    private static boolean reset(Socket connection) throws IOException {
        connection.setSoLinger(true, 0);
        return false;
    }

    private boolean swallow(Socket connection, Fate fate) throws IOException, InterruptedException {
        held.incrementAndGet();
        try {
            boolean isLong = fate.random().nextInt(8) == 0;
            long end = System.nanoTime()
                    + 1_000_000
                            * (isLong
                                    ? LONG_SILENCE_MILLIS
                                    : 500 + fate.random().nextInt(5_000));
            while (!calm && System.nanoTime() < end) {
                Thread.sleep(50);
            }
        } finally {
            held.decrementAndGet();
        }
        return reset(connection);
    }

    private void later(byte[] request, long millis) {
        held.incrementAndGet();
        threads.execute(() -> {
            try {
                Thread.sleep(millis);
                passOn(request);
            } catch (IOException | InterruptedException gone) {
                // The server, or the test, went away first.
                return;
            } finally {
                held.decrementAndGet();
            }
        });
    }

    // ------------------------------------------------------------------ bytes

    /** A request's head and body, without what only concerns the connection; nothing where the client has no more. */
    private static byte[] request(InputStream in, Socket connection) throws IOException {
        String head = head(in);
        if (head.isEmpty()) {
            return new byte[0];
        }
        if (EXPECT.matcher(head).find()) {
            connection.getOutputStream().write(CONTINUE);
        }
        Matcher length = LENGTH.matcher(head);
        byte[] body = length.find() ? in.readNBytes(Integer.parseInt(length.group(1))) : new byte[0];
        String bare = EXPECT.matcher(CONNECTION.matcher(head).replaceAll("")).replaceAll("");
        return bytes(bare.substring(0, bare.length() - 2) + "Connection: close\r\n\r\n", body);
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        int b;
        while ((b = in.read()) >= 0) {
            head.append((char) b);
            if (b == '\n'
                    && head.length() > 4
                    && head.substring(head.length() - 4).equals("\r\n\r\n")) {
                return head.toString();
            }
        }
        return "";
    }

    private byte[] passOn(byte[] request) throws IOException {
        try (Socket other = new Socket(target.getHost(), target.getPort())) {
            other.getOutputStream().write(request);
            byte[] answer = other.getInputStream().readAllBytes();
            if (answer.length == 0) {
                throw new IOException("the server answers nothing");
            }
            return answer;
        }
    }

    /** Sends an answer; the connection goes on where the answer says how long it is. */
    private static boolean reply(Socket connection, byte[] request, byte[] answer) throws IOException {
        int end = headEnd(answer);
        String head = new String(answer, 0, end, StandardCharsets.ISO_8859_1);
        boolean goesOn = FRAMED.matcher(head).find() || request[0] == 'H' || end == answer.length;
        byte[] body = Arrays.copyOfRange(answer, end, answer.length);
        connection
                .getOutputStream()
                .write(bytes(goesOn ? CONNECTION.matcher(head).replaceAll("") : head, body));
        return goesOn;
    }

    private static int lineEnd(byte[] answer) {
        int end = 0;
        while (end < answer.length && answer[end] != '\n') {
            end++;
        }
        return end + 1;
    }

    private static int headEnd(byte[] answer) {
        for (int i = 3; i < answer.length; i++) {
            if (answer[i] == '\n' && answer[i - 1] == '\r' && answer[i - 2] == '\n' && answer[i - 3] == '\r') {
                return i + 1;
            }
        }
        return answer.length;
    }

    private static byte[] bytes(String head, byte[] body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
        bytes.writeBytes(body);
        return bytes.toByteArray();
    }
}
