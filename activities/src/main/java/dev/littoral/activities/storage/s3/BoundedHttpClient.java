package dev.littoral.activities.storage.s3;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.TruncatedChunkException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * An HTTP client with bounded replies: it sends through another client and returns no more of a reply than its kind may
 * have. A reply in XML is read here, up to a limit, and checked before a parser builds a tree of it. The content of an
 * object is streamed: the caller knows how much there may be. Heads are bounded by the client below, at a hundred
 * headers of 8 KB. Safe for use by many threads.
 */
final class BoundedHttpClient implements SdkHttpClient {
    /** A page of a thousand keys of a kilobyte, each byte of them written as {@code %XX}, and some more for each. */
    static final int MAX_XML = 8 << 20;

    private static final int NO_CONTENT = 204;
    private static final int RESET_CONTENT = 205;

    /** How the client below begins what it says of a body that ends where a chunk does. */
    private static final String NO_END = "CRLF expected";

    private final SdkHttpClient http;
    private final MinimumRateBody.Pace pace;

    /**
     * A client.
     *
     * @param http closed with this
     */
    BoundedHttpClient(SdkHttpClient http, MinimumRateBody.Pace pace) {
        this.http = http;
        this.pace = pace;
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        ExecutableHttpRequest prepared = http.prepareRequest(request);
        return new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() throws IOException {
                try {
                    return bounded(request.httpRequest(), prepared.call());
                } catch (MessageConstraintException e) {
                    throw new UnexpectedReplyException(
                            "the store's reply has a head of more than a hundred lines, or one of"
                                    + " more than 8 KB; expected a reply as S3 gives it");
                } catch (ClientProtocolException e) {
                    throw new UnexpectedReplyException(
                            "the store's reply has a head that is none of HTTP/1.1; expected a reply as S3 gives it");
                }
            }

            @Override
            public void abort() {
                prepared.abort();
            }
        };
    }

    private HttpExecuteResponse bounded(SdkHttpRequest request, HttpExecuteResponse reply) throws IOException {
        AbortableInputStream body = reply.responseBody().orElse(null);
        boolean isGet = request.method() == SdkHttpMethod.GET;
        SdkHttpResponse head = reply.httpResponse();
        if (isGet && (head.statusCode() == NO_CONTENT || head.statusCode() == RESET_CONTENT)) {
            if (body != null) {
                body.abort();
            }
            throw new UnexpectedReplyException(
                    "the store answers " + head.statusCode() + ", without content; expected a reply as S3 gives it");
        }
        if (body == null) {
            return reply;
        }
        InputStream paced = new MinimumRateBody(body, pace);
        if (!head.isSuccessful()) {
            return with(reply, error(head, paced, body));
        }
        if (isGet && !request.rawQueryParameters().containsKey("list-type")) {
            return HttpExecuteResponse.builder()
                    .response(head)
                    .responseBody(AbortableInputStream.create(paced, body))
                    .build();
        }
        // What is answered to a write is in the head.
        return with(
                reply,
                isGet || request.method() == SdkHttpMethod.POST ? xml(isGet, head, paced, body) : none(paced, body));
    }

    private static byte[] xml(boolean isGet, SdkHttpResponse head, InputStream paced, AbortableInputStream body)
            throws IOException {
        boolean whole = false;
        try {
            if (isEncoded(head)) {
                throw new UnexpectedReplyException(
                        "the store's reply is compressed, which was not asked for; expected a reply as S3 gives it");
            }
            byte[] read = page(paced);
            if (read.length > MAX_XML) {
                throw new UnexpectedReplyException(
                        "the store's reply has more than " + (MAX_XML >> 20) + " MB; expected a reply as S3 gives it");
            }
            whole = true;
            // Of a head that was cut off the length is missing.
            if (read.length == 0 && hasLength(head)) {
                throw new UnexpectedReplyException(
                        "the store's reply has nothing in it; expected a reply as S3 gives it");
            }
            // A page of a listing that has nothing in it is told from others when it is read.
            if (read.length > 0 ? !XmlLimits.isWhole(read) : !isGet) {
                throw new EOFException("the reply breaks off");
            }
            if (isGet && read.length > 0) {
                ListingReply.check(read);
            }
            return read;
        } finally {
            end(body, whole);
        }
    }

    private static byte[] page(InputStream paced) throws IOException {
        try {
            return paced.readNBytes(MAX_XML + 1);
        } catch (MalformedChunkCodingException e) {
            // Where the body ends within a chunk, or behind one, it was cut off.
            if (e instanceof TruncatedChunkException || e.getMessage().startsWith(NO_END)) {
                throw (IOException) new EOFException("the reply ends early").initCause(e);
            }
            throw new UnexpectedReplyException(
                    "the store's reply comes in chunks that are none; expected a reply as S3 gives it");
        } catch (MessageConstraintException e) {
            throw new UnexpectedReplyException("the store's reply comes in chunks with lines of more than 8 KB, or more"
                    + " than a hundred behind them; expected a reply as S3 gives it");
        } catch (IOException e) {
            throw (IOException) new EOFException("the reply ends early").initCause(e);
        }
    }

    /**
     * What an error says in its body, or why it says nothing. Its status alone is enough to handle it, so none is
     * treated as a lost reply.
     */
    private static byte[] error(SdkHttpResponse head, InputStream paced, AbortableInputStream body) throws IOException {
        byte[] read;
        boolean whole = false;
        try {
            read = paced.readNBytes(ErrorBody.MAX + 1);
            whole = read.length <= ErrorBody.MAX;
        } catch (IOException | UnexpectedReplyException breaksOff) {
            return ErrorBody.with(ErrorBody.Lack.CUT_OFF);
        } finally {
            end(body, whole);
        }
        if (read.length == 0) {
            return hasLength(head) ? read : ErrorBody.with(ErrorBody.Lack.NO_LENGTH);
        }
        if (!whole) {
            return ErrorBody.with(ErrorBody.Lack.TOO_LONG);
        }
        return isEncoded(head) ? ErrorBody.with(ErrorBody.Lack.COMPRESSED) : ErrorBody.withCodeOf(read);
    }

    private static byte[] none(InputStream paced, AbortableInputStream body) throws IOException {
        boolean whole = false;
        try {
            whole = paced.readNBytes(ErrorBody.MAX).length < ErrorBody.MAX;
            return new byte[0];
        } finally {
            end(body, whole);
        }
    }

    private static void end(AbortableInputStream body, boolean whole) throws IOException {
        if (whole) {
            body.close();
        } else {
            // Closing would read what is left of a body of any length.
            body.abort();
        }
    }

    /** Whether a head says where its body ends: then it was not cut off. */
    static boolean hasLength(SdkHttpResponse head) {
        return head.firstMatchingHeader("Content-Length").isPresent()
                || head.firstMatchingHeader("Transfer-Encoding").isPresent();
    }

    private static boolean isEncoded(SdkHttpResponse head) {
        return head.firstMatchingHeader("Content-Encoding")
                .filter(encoding -> !encoding.equalsIgnoreCase("identity") && !encoding.isBlank())
                .isPresent();
    }

    private static HttpExecuteResponse with(HttpExecuteResponse reply, byte[] body) {
        return HttpExecuteResponse.builder()
                .response(reply.httpResponse())
                .responseBody(AbortableInputStream.create(new ByteArrayInputStream(body)))
                .build();
    }

    @Override
    public String clientName() {
        return http.clientName();
    }

    @Override
    public void close() {
        http.close();
    }
}
