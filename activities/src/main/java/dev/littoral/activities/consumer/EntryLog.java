package dev.littoral.activities.consumer;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.SealedJson;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Json;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An append-only log of small JSON objects in a folder of a collection. Entries are numbered 1, 2, 3 …, named so that
 * the newest sorts first, created unless they exist, and end with a checksum of themselves.
 *
 * @param <T> what an entry is
 */
final class EntryLog<T> {
    /** The most bytes of an entry that is read. */
    static final int MAX_BYTES = 16 * 1024;

    /** What is written by others has the types that are documented, and each field once. */
    private static final JsonMapper STRICT = Json.JSON
            .rebuild()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final Pattern NAME = Pattern.compile("(\\d{10})\\.json");

    private final CatalogStore store;
    private final String folder;
    private final Class<T> type;

    /**
     * A log.
     *
     * @param folder its key below the collection, with a slash at its end
     */
    EntryLog(CatalogStore store, String collectionId, String folder, Class<T> type) {
        this.store = store;
        this.folder = CatalogLayout.key(collectionId, folder);
        this.type = type;
    }

    /** The number of the newest entry, or 0. One request. */
    long newest() throws InterruptedException {
        List<Long> newest = numbers(1);
        return newest.isEmpty() ? 0 : newest.getFirst();
    }

    /**
     * The numbers of entries, newest first. One request.
     *
     * @param limit how many keys are listed, others than entries among them
     */
    List<Long> numbers(int limit) throws InterruptedException {
        // What begins with a dot or a hyphen sorts before, and is none.
        return numbersAfter(folder + "0", limit);
    }

    /** The numbers of entries that are older than one. One request. */
    List<Long> olderThan(long number, int limit) throws InterruptedException {
        return numbersAfter(key(number), limit);
    }

    private List<Long> numbersAfter(String key, int limit) throws InterruptedException {
        return store.list(folder, key, limit).stream()
                .map(each -> number(each.substring(folder.length())))
                .filter(OptionalLong::isPresent)
                .map(OptionalLong::getAsLong)
                .toList();
    }

    /** The number that a name in the folder stands for. */
    static OptionalLong number(String name) {
        Matcher parts = NAME.matcher(name);
        long number = parts.matches() ? CatalogLayout.LAST_VERSION - Long.parseLong(parts.group(1)) : 0;
        return number > 0 ? OptionalLong.of(number) : OptionalLong.empty();
    }

    /** An entry, or empty where it is not there. */
    Optional<T> read(long number) throws DamagedEntryException, InterruptedException {
        try {
            Optional<byte[]> sealed = store.get(key(number), MAX_BYTES);
            return sealed.isEmpty()
                    ? Optional.empty()
                    : Optional.ofNullable(STRICT.readValue(SealedJson.unseal(sealed.get()), type));
        } catch (LittoralException e) {
            if (e.type() != FailureType.INPUT) {
                throw e;
            }
            throw new DamagedEntryException(e.getMessage(), e);
        } catch (com.fasterxml.jackson.core.JacksonException e) {
            throw new DamagedEntryException("it is no such entry; expected what the contract describes", e);
        } catch (IOException e) {
            throw new DamagedEntryException(e.getMessage(), e);
        }
    }

    /**
     * Creates an entry unless it exists; what is there may be one's own after a lost answer.
     *
     * @throws LittoralException TRANSIENT when nobody knows
     */
    boolean create(long number, T entry) throws InterruptedException {
        try {
            return store.createIfAbsent(key(number), SealedJson.seal(Json.JSON.writeValueAsBytes(entry)));
        } catch (IOException e) {
            throw new IllegalStateException("An entry is always JSON", e);
        }
    }

    void delete(List<Long> numbers) throws InterruptedException {
        if (!numbers.isEmpty()) {
            store.delete(numbers.stream().map(this::key).toList());
        }
    }

    /** The address of an entry, for messages. */
    String address(long number) {
        return store.address(key(number));
    }

    private String key(long number) {
        return "%s%010d.json".formatted(folder, CatalogLayout.LAST_VERSION - number);
    }
}
