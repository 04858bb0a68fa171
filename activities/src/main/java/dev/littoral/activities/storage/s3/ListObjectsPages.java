package dev.littoral.activities.storage.s3;

import dev.littoral.activities.failure.LittoralException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;

/**
 * The pages of one listing, one after the other. It fails as soon as it is clear that pages come again or bring
 * nothing, so that no store can make it go on for ever. One thread.
 */
final class ListObjectsPages {
    /** A store may pass over what it deleted in pages with nothing on them. */
    private static final int MAX_EMPTY = 100;

    private final S3Bucket bucket;
    private final Consumer<ListObjectsV2Request.Builder> options;

    /** Digests of the tokens so far, and of the first keys of pages. */
    private final Set<UUID> seen = new HashSet<>();

    private String token;
    private boolean begun;
    private int empty;
    private String prefix = "";

    /**
     * A listing.
     *
     * @param options asked for before each page
     */
    ListObjectsPages(S3Bucket bucket, Consumer<ListObjectsV2Request.Builder> options) {
        this.bucket = bucket;
        this.options = options;
    }

    /** Whether there is another page, as far as the store has said. */
    boolean hasNext() {
        return !begun || token != null;
    }

    /** Lists the next page. */
    ListPage next() throws InterruptedException {
        ListPage page = bucket.page(r -> {
            options.accept(r);
            r.continuationToken(token);
            prefix = r.build().prefix();
        });
        begun = true;
        token = page.next();
        boolean nothing = page.objects().isEmpty() && page.prefixes().isEmpty();
        empty = nothing ? empty + 1 : 0;
        if (token != null && empty == MAX_EMPTY) {
            throw strange(
                    "sends " + MAX_EMPTY + " pages in a row with nothing on them", "one with a key or the last one");
        }
        if (token != null && isAgain("token " + token)) {
            throw strange("gives a continuation token again that it gave before", "a new one for each page");
        }
        if (!page.objects().isEmpty()
                && isAgain("key " + page.objects().getFirst().key())) {
            throw strange("sends a page again that begins where one did before", "each page once");
        }
        return page;
    }

    private boolean isAgain(String what) {
        return !seen.add(UUID.nameUUIDFromBytes(what.getBytes(StandardCharsets.UTF_8)));
    }

    private LittoralException strange(String found, String expected) {
        return LittoralException.strangeReply(
                "Cannot list " + bucket.path(prefix == null ? "" : prefix) + ": the store " + found + "; expected "
                        + expected,
                null);
    }
}
