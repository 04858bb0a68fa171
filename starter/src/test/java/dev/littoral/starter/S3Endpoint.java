package dev.littoral.starter;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An S3 endpoint on loopback, and a configuration file in which it is an AWS profile. */
final class S3Endpoint implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Path config;

    S3Endpoint(Path folder, String profile, HttpHandler handler) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", handler);
        server.start();
        config = folder.resolve("aws-" + profile);
        Files.writeString(config, """
                [profile %s]
                region = us-east-1
                aws_access_key_id = AKIDEXAMPLE
                aws_secret_access_key = none
                endpoint_url = %s
                """.formatted(profile, url()));
    }

    static void reply(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    static String error(String code) {
        return "<Error><Code>" + code + "</Code><Message>no</Message></Error>";
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The configuration file. */
    String config() {
        return config.toString();
    }

    @Override
    public void close() {
        threads.shutdownNow();
        server.stop(0);
    }
}
