package dev.littoral.workflows.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server on loopback that answers each request with the bytes that a test gives, be they HTTP or not, and closes the
 * connection. It counts what it could write, which is what the client took and what lies in buffers.
 */
public final class RawServer implements AutoCloseable {
    /** More than any client may take of one answer. */
    private static final long END = 1L << 30;

    private static final Pattern LENGTH = Pattern.compile("(?i)\ncontent-length: *(\\d+)");

    /** Writes the answer to a request. */
    @FunctionalInterface
    public interface Answer {
        /** Fails when the client has hung up. */
        void to(OutputStream out) throws IOException, InterruptedException;
    }

    private final ServerSocket socket;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicLong taken = new AtomicLong();
    private final CountDownLatch hungUp = new CountDownLatch(1);
    private volatile Answer answer;

    public RawServer(Answer answer) {
        this.answer = answer;
        try {
            socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    /** The same text for each request. */
    public static Answer text(String text) {
        return out -> out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A text, and another one behind it again and again, up to a gigabyte. */
    public static Answer endless(String start, String more) {
        byte[] much = more.repeat(Math.max(1, (64 << 10) / more.length())).getBytes(StandardCharsets.UTF_8);
        return out -> {
            out.write(start.getBytes(StandardCharsets.UTF_8));
            for (long written = 0; written < END; written += much.length) {
                out.write(much);
            }
        };
    }

    /** A text, and behind it a blank now and then, for as long as the client listens. */
    public static Answer dripping(String start) {
        return out -> {
            out.write(start.getBytes(StandardCharsets.UTF_8));
            while (true) {
                out.write(' ');
                Thread.sleep(100);
            }
        };
    }

    /** A whole answer with a body of this length. */
    public static String ofLength(String status, String body) {
        return "HTTP/1.1 " + status + "\r\nContent-Length: " + body.getBytes(StandardCharsets.UTF_8).length
                + "\r\nConnection: close\r\n\r\n" + body;
    }

    /** Answers so from now on. */
    public void answer(Answer given) {
        answer = given;
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }

    /** How many requests came. */
    public int requests() {
        return requests.get();
    }

    /** How many bytes of answers clients have taken. */
    public long taken() {
        return taken.get();
    }

    /** Waits until a client hangs up before it has its whole answer, and says whether one has. */
    public boolean wasHungUp() throws InterruptedException {
        return hungUp.await(8, TimeUnit.MINUTES);
    }

    private void accept() {
        while (true) {
            try {
                Socket connection = socket.accept();
                threads.execute(() -> serve(connection));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setSendBufferSize(64 << 10);
            if (!takeRequest(new BufferedInputStream(connection.getInputStream()))) {
                hungUp.countDown();
                return;
            }
            requests.incrementAndGet();
            OutputStream out = connection.getOutputStream();
            answer.to(new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    write(new byte[] {(byte) b}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    out.write(bytes, offset, length);
                    taken.addAndGet(length);
                }
            });
        } catch (IOException gone) {
            hungUp.countDown();
        } catch (InterruptedException ended) {
            // The test is over.
            return;
        }
    }

    /** Reads a request to its end: where some of it is left, closing the connection would take the answer back. */
    private static boolean takeRequest(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        String text = "";
        while (!text.endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                return false;
            }
            head.write(b);
            text = b == '\n' ? head.toString(StandardCharsets.ISO_8859_1) : "";
        }
        Matcher length = LENGTH.matcher(text);
        if (length.find()) {
            in.skipNBytes(Long.parseLong(length.group(1)));
        }
        return true;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdownNow();
    }
}
