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
     * @param kind {@code LIST}, {@code GET}, {@code PUT}, {@code DELETE} or {@code HEAD}; nothing that grows with the data
     * @param status the HTTP status, {@link #OK} or {@link #ERROR}
     */
    void answered(Store store, String kind, String status);
}
