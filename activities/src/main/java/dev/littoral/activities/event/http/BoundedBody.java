package dev.littoral.activities.event.http;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** The body of an answer, which is passed over. The rest of a long one is not waited for. */
final class BoundedBody implements HttpResponse.BodySubscriber<Void> {
    static final HttpResponse.BodyHandler<Void> HANDLER = head -> new BoundedBody();

    private static final long MAX_BYTES = 1 << 16;

    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private Flow.Subscription subscription;
    private long bytes;

    @Override
    public CompletionStage<Void> getBody() {
        return end;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        bytes += buffers.stream().mapToLong(ByteBuffer::remaining).sum();
        if (bytes > MAX_BYTES) {
            subscription.cancel();
            end.complete(null);
        }
    }

    /** The status is known, whatever becomes of the body. */
    @Override
    public void onError(Throwable failure) {
        end.complete(null);
    }

    @Override
    public void onComplete() {
        end.complete(null);
    }
}
