package dev.littoral.activities.event.aws;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * An HTTP client whose answers are small: it sends through another client, and reads of each answer what one of SNS or
 * SQS may have. The SDK gets a body that was checked, and none with an error whose body cannot be read, as its status
 * is enough. Heads are bounded by the client below; how long an answer may take is the SDK's to say. Safe for use by
 * many threads.
 */
final class BoundedAnswers implements SdkHttpClient {
    /** No answer came, or no whole one. Its cause says why. */
    static final class Unreached extends IOException {
        private static final long serialVersionUID = 1L;

        Unreached(IOException cause) {
            super(cause);
        }
    }

    /** An id and a digest or two, or a code and a sentence. */
    private static final int MAX = 64 << 10;

    private final SdkHttpClient http;
    private final AnswerFormat format;

    /**
     * A client.
     *
     * @param http closed with this
     */
    BoundedAnswers(SdkHttpClient http, AnswerFormat format) {
        this.http = http;
        this.format = format;
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        ExecutableHttpRequest prepared = http.prepareRequest(request);
        return new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() throws IOException {
                try {
                    return bounded(prepared.call());
                } catch (MessageConstraintException e) {
                    throw new UnreadableAnswerException(
                            "a head of more than a hundred lines, or one of more than 8 KB");
                } catch (ClientProtocolException e) {
                    throw new UnreadableAnswerException("a head that is none of HTTP/1.1");
                } catch (UnreadableAnswerException e) {
                    throw e;
                } catch (IOException e) {
                    throw new Unreached(e);
                }
            }

            @Override
            public void abort() {
                prepared.abort();
            }
        };
    }

    private HttpExecuteResponse bounded(HttpExecuteResponse answer) throws IOException {
        SdkHttpResponse head = answer.httpResponse();
        byte[] body;
        try {
            body = body(head, answer.responseBody().orElse(null));
        } catch (IOException e) {
            if (head.isSuccessful()) {
                throw e;
            }
            body = new byte[0];
        }
        return HttpExecuteResponse.builder()
                .response(head)
                .responseBody(AbortableInputStream.create(new ByteArrayInputStream(body)))
                .build();
    }

    private byte[] body(SdkHttpResponse head, AbortableInputStream in) throws IOException {
        byte[] body = new byte[0];
        if (in != null) {
            boolean whole = false;
            try {
                body = in.readNBytes(MAX + 1);
                whole = body.length <= MAX;
            } catch (MalformedChunkCodingException e) {
                throw new UnreadableAnswerException("chunks that are none");
            } finally {
                if (whole) {
                    in.close();
                } else {
                    // Closing would read what is left of a body of any length.
                    in.abort();
                }
            }
            if (!whole) {
                throw new UnreadableAnswerException("more than " + (MAX >> 10) + " KB");
            }
        }
        if (head.firstMatchingHeader("Content-Encoding")
                .filter(encoding -> !encoding.equalsIgnoreCase("identity") && !encoding.isBlank())
                .isPresent()) {
            throw new UnreadableAnswerException("a compressed body, which was not asked for");
        }
        format.check(body);
        return body;
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
