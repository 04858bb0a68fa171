package dev.littoral.activities.storage;

/** Observer of store requests, retries included. Called by many threads; must be quick and must not fail. */
@FunctionalInterface
public interface StoreObserver {
    /** Ignores everything. */
    StoreObserver NONE = (role, kind, status) -> {};

    /** A status where there is no HTTP. */
    String OK = "ok";

    /** A status where no answer came, or a store without HTTP failed. */
    String ERROR = "error";

    /** What a store holds. */
    enum Role {
        CATALOG,
        SOURCE
    }

    /**
     * A request has ended, with an answer or without one.
     *
     * @param kind {@code LIST}, {@code GET}, {@code PUT}, {@code DELETE} or {@code HEAD}, and {@code CREATE} where the
     *     calls of a catalog are reported and not the requests they become; nothing that grows with the data
     * @param status the HTTP status, {@link #OK} or {@link #ERROR}
     */
    void answered(Role role, String kind, String status);

    /** Bytes of an object were read, whose store has billed one request or more for them. */
    default void read(Role role, long bytes) {}

    /** An object of that many bytes was written. */
    default void written(Role role, long bytes) {}

    /** How a read or a listing of S3 was sent. */
    enum Route {
        /** Without the SDK. */
        DIRECT,
        /** By the SDK: there is no template yet, or the direct try had no usable answer. */
        FALLBACK
    }

    /** A read or a listing of S3 has an answer; how many tries it took is not reported here. */
    default void routed(Role role, Route route) {}

    /** Composes two observers. */
    default StoreObserver and(StoreObserver other) {
        StoreObserver one = this;
        return new StoreObserver() {
            @Override
            public void answered(Role role, String kind, String status) {
                one.answered(role, kind, status);
                other.answered(role, kind, status);
            }

            @Override
            public void routed(Role role, Route route) {
                one.routed(role, route);
                other.routed(role, route);
            }

            @Override
            public void read(Role role, long bytes) {
                one.read(role, bytes);
                other.read(role, bytes);
            }

            @Override
            public void written(Role role, long bytes) {
                one.written(role, bytes);
                other.written(role, bytes);
            }
        };
    }

    /** A request to a store. */
    interface Request<T, X extends Exception> {
        T send() throws InterruptedException, X;
    }

    /** Sends a request to a store without HTTP, and reports how it ended. */
    default <T, X extends Exception> T observe(Role role, String kind, Request<T, X> request)
            throws InterruptedException, X {
        String status = ERROR;
        try {
            T answer = request.send();
            status = OK;
            return answer;
        } finally {
            answered(role, kind, status);
        }
    }
}
