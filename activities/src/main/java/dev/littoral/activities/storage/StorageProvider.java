package dev.littoral.activities.storage;

import java.util.Optional;
import java.util.Set;

/** A kind of store, by the scheme of its addresses. Safe for use by many threads. */
public interface StorageProvider extends AutoCloseable {
    /** The scheme of its addresses, in small letters, without {@code ://}. */
    String scheme();

    /** The schemes that tables know its addresses by: its own, and other programs' names of it. */
    default Set<String> schemes() {
        return Set.of(scheme());
    }

    /**
     * The address of a blob as it stands in snapshots, {@link BlobStore#address}: one for all spellings of one place.
     * Empty when it is none.
     *
     * @param rest of a URI, what follows one of the {@link #schemes} and its colon; raw
     */
    default Optional<String> address(String rest) {
        boolean isAddress = rest.startsWith("//") && rest.indexOf('/', 2) > 2;
        return isAddress ? Optional.of(scheme() + ":" + rest) : Optional.empty();
    }

    /** The URI of such an address, as that of a source. */
    default String uri(String address) {
        return address;
    }

    /** The folder at which a store is opened to read such an address and others in it; here a whole bucket. */
    default String storeFolder(String address) {
        return address.substring(0, address.indexOf('/', address.indexOf("//") + 2) + 1);
    }

    /** An address of a catalog, for messages. */
    String example();

    /** What the addresses of all its sources start with. */
    default String everything() {
        return scheme() + "://";
    }

    /** Whether its stores are elsewhere, so that sources may name a profile of credentials. */
    default boolean isRemote() {
        return true;
    }

    /** The prefix of addresses that a person means who allows sources of this kind; empty when it is none. */
    default Optional<String> allowedPrefix(String given) {
        return Optional.of(given).filter(prefix -> prefix.startsWith(everything()));
    }

    /**
     * Resolves a source's address. Nothing is read yet.
     *
     * @throws dev.littoral.activities.failure.LittoralException INPUT when the address is not right
     */
    StorageLocation source(String address);

    /**
     * Resolves a catalog's address. Nothing is read yet.
     *
     * @throws dev.littoral.activities.failure.LittoralException INPUT when the address is not right
     */
    StorageLocation catalog(String address);

    /** A prefix of addresses in the form in which they are compared: with every link on it resolved. */
    default String realPrefix(String prefix) {
        return prefix;
    }

    /** Whether a source may be read with a profile of this name: whether this machine has credentials of that name. */
    default boolean hasProfile(String profile) {
        return false;
    }

    /** How many requests are sent at once now, at most, where that is found out. */
    default int requestsAtOnce() {
        return 0;
    }

    /** How many requests wait for their turn now, about. */
    default int requestsWaiting() {
        return 0;
    }

    @Override
    default void close() {}
}
