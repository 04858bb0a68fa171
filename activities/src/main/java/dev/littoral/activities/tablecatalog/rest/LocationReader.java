package dev.littoral.activities.tablecatalog.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.async.ByteBufferFeeder;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/**
 * Reads {@code metadata-location} of a table's answer while that arrives, and keeps nothing else of it: not the table's
 * metadata, which may have many megabytes, and not the configuration and credentials that come with it. Of a long
 * answer the rest is not waited for.
 */
final class LocationReader implements HttpResponse.BodySubscriber<Optional<String>> {
    /** More than the metadata of any table that is read here. */
    private static final long MAX_BYTES = 128L << 20;

    /** An answer up to this is read to its end, so that its connection is used again. */
    private static final long MAX_REST = 1 << 16;

    private static final int MAX_DEPTH = 200;
    private static final int MAX_STRING = 16 << 20;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_STRING)
                    .build())
            .build();

    private final CompletableFuture<Optional<String>> result = new CompletableFuture<>();
    private final JsonParser parser;
    private final ByteBufferFeeder feeder;
    private Flow.Subscription subscription;
    private long bytes;
    private int depth;
    private boolean isValueNext;
    private Optional<String> location = Optional.empty();

    LocationReader() {
        try {
            parser = JSON.createNonBlockingByteBufferParser();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        feeder = (ByteBufferFeeder) parser.getNonBlockingInputFeeder();
    }

    @Override
    public CompletionStage<Optional<String>> getBody() {
        return result;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        if (result.isDone()) {
            return;
        }
        try {
            for (ByteBuffer buffer : buffers) {
                bytes += buffer.remaining();
                feeder.feedInput(buffer);
                parse();
            }
            if (location.isPresent() && bytes > MAX_REST) {
                end();
            } else if (bytes > MAX_BYTES) {
                fail(new BadReplyException("more than " + MAX_BYTES + " bytes"));
            }
        } catch (IOException e) {
            // Its message quotes what it found.
            fail(new BadReplyException("what is no JSON object"));
        }
    }

    private void parse() throws IOException {
        for (JsonToken token = parser.nextToken();
                token != null && token != JsonToken.NOT_AVAILABLE;
                token = parser.nextToken()) {
            if (token.isStructStart()) {
                if (depth == 0 && token != JsonToken.START_OBJECT) {
                    throw new IOException("it is no object");
                }
                depth++;
                isValueNext = false;
            } else if (token.isStructEnd()) {
                depth--;
            } else if (token == JsonToken.FIELD_NAME) {
                isValueNext =
                        depth == 1 && location.isEmpty() && parser.currentName().equals("metadata-location");
            } else {
                if (isValueNext && token == JsonToken.VALUE_STRING) {
                    location = Optional.of(parser.getText());
                }
                isValueNext = false;
            }
        }
    }

    private void end() {
        subscription.cancel();
        result.complete(location);
    }

    private void fail(BadReplyException why) {
        subscription.cancel();
        result.completeExceptionally(why);
    }

    @Override
    public void onError(Throwable failure) {
        result.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        feeder.endOfInput();
        if (depth != 0 && location.isEmpty()) {
            result.completeExceptionally(new BadReplyException("JSON that ends early"));
        }
        result.complete(location);
    }
}
