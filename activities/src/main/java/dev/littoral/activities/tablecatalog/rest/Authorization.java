package dev.littoral.activities.tablecatalog.rest;

import dev.littoral.activities.storage.StoreObserver;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** What shows a catalog who asks. Safe for use by many threads. */
interface Authorization {
    /** Requests of nobody in particular. */
    Authorization NONE = (uri, requests) -> Map.of();

    /**
     * The headers of a GET.
     *
     * @param requests notified of a request that this takes
     * @throws dev.littoral.activities.failure.LittoralException when there are none, classified, without a secret
     */
    Map<String, List<String>> headers(URI uri, StoreObserver requests) throws InterruptedException;

    /** Whether it helps to ask again with other headers, after an answer that refused these. */
    default boolean renews(Map<String, List<String>> refused) {
        return false;
    }
}
