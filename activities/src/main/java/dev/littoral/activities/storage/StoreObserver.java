package dev.littoral.activities.storage;

/** Hears of every request to a store, tries included. Called by many threads; must be quick and must not fail. */
@FunctionalInterface
public interface StoreObserver {
    /** Nobody listens. */
    StoreObserver NONE = (store, kind, status) -> {};

    /** A status where there is no HTTP. */
    String OK = "ok";

    /** A status where no answer came, or a store without HTTP failed. */
    String ERROR = "error";

    /** What a worker asks. */
    enum Store {
        CATALOG,
        SOURCE
    }

    /**
     * A request has its answer, or none.
     *
     * @param kind {@code LIST}, {@code GET}, {@code PUT}, {@code DELETE} or {@code HEAD}, and {@code CREATE} where the
     *     calls of a catalog are told and not the requests they become; nothing that grows with the data
     * @param status the HTTP status, {@link #OK} or {@link #ERROR}
     */
    void answered(Store store, String kind, String status);

    /** How a read or a listing of S3 was sent. */
    enum Route {
        /** Without the SDK. */
        DIRECT,
        /** By the SDK: nothing shows the way yet, or the direct try had no answer to use. */
        FALLBACK
    }

    /** A read or a listing of S3 has an answer; how many tries it took is not told here. */
    default void routed(Store store, Route route) {}

    /** Tells another observer too. */
    default StoreObserver and(StoreObserver other) {
        StoreObserver one = this;
        return new StoreObserver() {
            @Override
            public void answered(Store store, String kind, String status) {
                one.answered(store, kind, status);
                other.answered(store, kind, status);
            }

            @Override
            public void routed(Store store, Route route) {
                one.routed(store, route);
                other.routed(store, route);
            }
        };
    }

    /** What is asked of a store. */
    interface Request<T, X extends Exception> {
        T send() throws InterruptedException, X;
    }

    /** Sends a request to a store without HTTP, and tells how it ended. */
    default <T, X extends Exception> T observe(Store store, String kind, Request<T, X> request)
            throws InterruptedException, X {
        String status = ERROR;
        try {
            T answer = request.send();
            status = OK;
            return answer;
        } finally {
            answered(store, kind, status);
        }
    }
}
