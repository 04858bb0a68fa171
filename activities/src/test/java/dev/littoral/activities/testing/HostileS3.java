package dev.littoral.activities.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A server on loopback that answers without an end, or as slowly as it likes, until the client hangs up. It counts what
 * it could write, which is what the client took and what lies in the buffers of a connection or two.
 */
public final class HostileS3 implements AutoCloseable {
    /** Writes the answer to a request. */
    public interface Script {
        /**
         * Answers.
         *
         * @param number of this request, from 0
         * @param request its head, as text
         * @param out fails when the client has hung up
         */
        void answer(int number, String request, Answer out) throws IOException, InterruptedException;
    }

    private final ServerSocket socket;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final AtomicLong taken = new AtomicLong();
    private final Script script;

    public HostileS3(Script script) {
        this.script = script;
        try {
            socket = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    /** The answer to a request, as far as it was written. */
    public final class Answer {
        /** More than any client may take of one answer. */
        private static final long END = 1L << 30;

        private final OutputStream out;
        private long written;

        private Answer(OutputStream out) {
            this.out = out;
        }

        /** Writes some of the answer. */
        public Answer write(String text) throws IOException {
            return write(text.getBytes(StandardCharsets.UTF_8));
        }

        public Answer write(byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
            taken.addAndGet(bytes.length);
            written += bytes.length;
            return this;
        }

        /** Writes a text again and again, up to a gigabyte. */
        public void forever(String text) throws IOException {
            byte[] much = text.repeat(Math.max(1, (64 << 10) / text.length())).getBytes(StandardCharsets.UTF_8);
            while (written < END) {
                write(much);
            }
        }

        /** Writes a text so many times. */
        public Answer times(int count, String text) throws IOException {
            return write(text.repeat(count));
        }
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }

    /** The first lines of the requests so far. */
    public List<String> requests() {
        return requests;
    }

    /** How many bytes of answers clients have taken. */
    public long taken() {
        return taken.get();
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
            StringBuilder head = new StringBuilder();
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1));
            String line = in.readLine();
            while (line != null && !line.isEmpty()) {
                head.append(line).append('\n');
                line = in.readLine();
            }
            int number;
            synchronized (requests) {
                number = requests.size();
                requests.add(head.substring(0, Math.max(0, head.indexOf("\n"))));
            }
            script.answer(number, head.toString(), new Answer(connection.getOutputStream()));
        } catch (IOException | InterruptedException gone) {
            // The client, or the test, went away first.
            return;
        }
    }
}
