package dev.littoral.activities.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server on loopback that answers each request with the bytes a script gives, then closes the connection. So it can
 * break off anywhere, or pass a request on to a real server and lose the answer.
 */
public final class FakeS3 implements AutoCloseable {
    /** Decides what a request is answered. */
    public interface Script {
        /**
         * The bytes of the answer.
         *
         * @param number of this request, from 0
         * @param request its head, as text
         */
        byte[] answer(int number, String request) throws IOException, InterruptedException;
    }

    private static final Pattern LENGTH = Pattern.compile("(?im)^Content-Length: *(\\d+)");

    private static final Pattern CONNECTION = Pattern.compile("(?im)^Connection: *keep-alive");

    private final ServerSocket socket;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final URI target;
    private final Script script;

    /** Answers from a script alone. */
    public FakeS3(Script script) {
        this(null, script);
    }

    /**
     * Passes every request on to another server first.
     *
     * @param script may return null, for what the other server answered
     */
    public FakeS3(URI target, Script script) {
        this.target = target;
        this.script = script;
        try {
            socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }

    /** The first lines of the requests so far. */
    public List<String> requests() {
        return requests;
    }

    /** A whole answer. */
    public static byte[] reply(int status, String headers, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return ("HTTP/1.1 " + status + " Some\r\n" + headers + "Content-Length: " + bytes.length
                        + "\r\nConnection: close\r\n\r\n" + body)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** An answer that says no. */
    public static byte[] error(int status, String code) {
        return reply(
                status,
                "Content-Type: application/xml\r\n",
                "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>no</Message></Error>");
    }

    /** An answer that breaks off behind its first line. */
    public static byte[] cutOff() {
        return "HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.UTF_8);
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
            Socket connection;
            try {
                connection = socket.accept();
            } catch (IOException closed) {
                return;
            }
            threads.execute(() -> serve(connection));
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            byte[] request = message(connection.getInputStream());
            String head = new String(request, StandardCharsets.ISO_8859_1);
            int number;
            synchronized (this) {
                number = requests.size();
                requests.add(head.substring(0, head.indexOf('\r')));
            }
            byte[] passedOn = target == null ? null : passOn(request);
            byte[] answer = script.answer(number, head);
            connection.getOutputStream().write(answer == null ? passedOn : answer);
        } catch (IOException | InterruptedException gone) {
            // The client, or the test, went away first.
            return;
        }
    }

    private byte[] passOn(byte[] request) throws IOException {
        String closing = CONNECTION
                .matcher(new String(request, StandardCharsets.ISO_8859_1))
                .replaceFirst("Connection: close");
        try (Socket other = new Socket(target.getHost(), target.getPort())) {
            other.getOutputStream().write(closing.getBytes(StandardCharsets.ISO_8859_1));
            return other.getInputStream().readAllBytes();
        }
    }

    /** Reads a head and as many bytes of body as it announces. */
    private static byte[] message(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int b;
        while ((b = in.read()) >= 0) {
            bytes.write(b);
            if (b == '\n' && bytes.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                break;
            }
        }
        Matcher length = LENGTH.matcher(bytes.toString(StandardCharsets.ISO_8859_1));
        if (length.find()) {
            bytes.write(in.readNBytes(Integer.parseInt(length.group(1))));
        }
        return bytes.toByteArray();
    }
}
